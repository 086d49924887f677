/**
 * What the side panel says: the project, its environment, the three agents and the models. When
 * there are not enough rows for all of it, space between the parts goes first, then the details of
 * the agents without focus, then those of models that are as they should be, then those of the
 * focused agent, then all of the models but trouble, then what is said about the environment.
 */

import { type AgentFault, agentFault } from "../../core/agent-fault.ts";
import { wrapText } from "../../core/cell-text.ts";
import { memory } from "../../core/format.ts";
import { type AgentMode, agentModes } from "../../core/mode.ts";
import { modeStatus } from "../../core/model-wait.ts";
import { type ModelWarning, modelWarnings } from "../../core/model-warnings.ts";
import {
  clockText,
  isAlive,
  modelName,
  modeNumber,
  paneStatus,
  paneTopic,
} from "../../core/select.ts";
import type { PaneState, State } from "../../core/state.ts";
import { switchLine, switchText } from "../../core/switch-text.ts";
import { printable } from "../../core/text.ts";
import { evaluatedText, reloadText, sourceText } from "./environment-text.ts";
import { type Hints, wayTo } from "./hints.ts";
import { blank, type Line, line, type Meaning, type Size, type Span, span } from "./line.ts";
import { type ModelsRoom, modelLines } from "./panel-models.ts";

export type PanelView = { readonly type: "panel"; readonly lines: readonly Line[] };

type Room = {
  /** Lines are left free between the parts. */
  readonly gaps: boolean;
  readonly details: "all" | "focused" | "none";
  readonly models: ModelsRoom | "none";
  readonly environment: "all" | "first";
};

const rooms: readonly Room[] = [
  { gaps: true, details: "all", models: "spacious", environment: "all" },
  { gaps: false, details: "all", models: "full", environment: "all" },
  { gaps: false, details: "focused", models: "full", environment: "all" },
  { gaps: false, details: "all", models: "short", environment: "all" },
  { gaps: false, details: "focused", models: "short", environment: "all" },
  { gaps: false, details: "none", models: "short", environment: "all" },
  { gaps: false, details: "none", models: "trouble", environment: "all" },
  { gaps: false, details: "none", models: "trouble", environment: "first" },
  { gaps: false, details: "none", models: "none", environment: "first" },
];

export function panelView(state: State, size: Size, hints: Hints): PanelView {
  const cols = size.cols - 2; // One column is left free on both sides.
  const warnings = modelWarnings(state);
  const tries = rooms.map((room) => () => panelLines({ state, warnings, cols, hints, room }));
  return { type: "panel", lines: firstThatFits(tries, size.rows).slice(0, size.rows) };
}

/** The first of some texts that fits, else the last; none is made that is not looked at. */
function firstThatFits(tries: readonly (() => readonly Line[])[], rows: number): readonly Line[] {
  let lines: readonly Line[] = [];
  for (const make of tries) {
    lines = make();
    if (lines.length <= rows) break;
  }
  return lines;
}

type PanelRequest = {
  readonly state: State;
  readonly warnings: readonly ModelWarning[];
  readonly cols: number;
  readonly hints: Hints;
  readonly room: Room;
};

function panelLines(request: PanelRequest): readonly Line[] {
  const { state, room } = request;
  const gap = room.gaps ? [blank] : [];
  const environment = environmentLines(request);
  return [
    line(printable(state.project.name), "strong"),
    ...(room.environment === "first" ? environment.slice(0, 1) : environment),
    ...agentModes.flatMap((mode) => [
      ...gap,
      modeLine(state, mode),
      ...(showsDetails(request, mode) ? detailLines(request, mode) : []),
    ]),
    ...(room.models === "none" ? [] : modelLines({ ...request, room: room.models })),
  ];
}

function showsDetails({ room, state }: PanelRequest, mode: AgentMode): boolean {
  return room.details === "focused" ? mode === state.focus : room.details === "all";
}

function environmentLines({ state, cols, hints }: PanelRequest): readonly Line[] {
  const { environment } = state;
  switch (environment.type) {
    case "loading":
      return [line("environment is being evaluated", "starting")];
    case "failed":
      return wrapped(environment.problem.message, cols, "error");
    case "ready": {
      const { summary, reload } = environment;
      // The note of an environment with a problem says what the problem is, and more.
      const problem = summary.problem && (summary.note ?? summary.problem.message);
      const changed = reloadText(reload, wayTo("restart-all", hints));
      const warned = summary.hookWarned
        ? `shell hook failed, ${wayTo("environment", hints)} shows it`
        : undefined;
      return [
        line(sourceText(summary)),
        ...wrapped(changed, cols, "warning"),
        ...wrapped(problem, cols, "error"),
        ...wrapped(warned, cols, "warning"),
        ...wrapped(problem === undefined ? summary.note : undefined, cols, "dim"),
        ...wrapped(evaluatedText(summary, state.now), cols, "dim"),
      ];
    }
    default:
      return environment satisfies never;
  }
}

/** "▸ 1 plan      ◐ permission 0:42". */
function modeLine(state: State, mode: AgentMode): Line {
  const status = modeStatus(state, mode);
  const age = clockText(status, state.now);
  const focused = mode === state.focus;
  const marker: Span = focused ? { type: "marker" } : span(" ");
  return {
    left: [marker, span(` ${modeNumber(mode)} ${mode}`, focused ? "strong" : "plain")],
    right: [
      { type: "glyph", glyph: status.glyph },
      span(age === undefined ? ` ${status.word}` : ` ${status.word} ${age}`, status.glyph),
    ],
  };
}

const indent = "    ";
const detailRows = 3;

/** What is known of one agent, what needs the user first. */
function detailLines({ state, cols, hints }: PanelRequest, mode: AgentMode): readonly Line[] {
  const pane = state.panes[mode];
  const fault = pane.process.type === "running" ? agentFault(state.models, pane) : undefined;
  const change = switchText(state.models, mode, state.now);
  const step = state.models.switches[mode]?.step;
  // On lines of their own: the remedy must not be what a long message cuts off.
  const failed = step?.type === "failed" ? step.problem : undefined;
  const texts: readonly (readonly [string | undefined, Meaning])[] = [
    [fault?.message ?? trouble(pane), paneStatus(pane).glyph === "waiting" ? "waiting" : "error"],
    [fault && faultRemedy(fault, hints), "plain"],
    [pane.mismatch?.message, "warning"],
    [pane.lost && isAlive(pane) ? "no events from the agent" : undefined, "warning"],
    [modelText(state, pane), "plain"],
    [change && switchLine(change), "starting"],
    [failed?.message, "error"],
    [failed?.remedy, "plain"],
    [processText(pane), "dim"],
    [paneTopic(pane), "dim"],
  ];
  return texts.flatMap(([text, meaning]) => wrapped(text, cols - indent.length, meaning, indent));
}

/** What runs in the pane, and why it is this model where nobody asked for it. */
function modelText({ models }: State, pane: PaneState): string | undefined {
  if (pane.kind === "command") return pane.label;
  const name = modelName(pane.model ?? pane.wantedModel);
  const wish = models.wishes[pane.mode];
  return name !== undefined && wish?.source.from === "chosen" ? `${name} · chosen` : name;
}

/** What the agent asks or what went wrong, in its own words. */
function trouble(pane: PaneState): string | undefined {
  if (pane.process.type === "failed") return pane.process.problem.message;
  if (pane.process.type !== "running") return undefined;
  const { activity } = pane;
  if (activity.type === "permission" || activity.type === "question") return activity.detail;
  return activity.type === "retry" || activity.type === "error" ? activity.message : undefined;
}

function faultRemedy({ action, remedy }: AgentFault, hints: Hints): string {
  return action === undefined ? remedy : `${wayTo(action, hints)}: ${remedy}`;
}

/** "pid 4711 · 612 MB · 1.18.33". */
function processText(pane: PaneState): string {
  const pid = "pid" in pane.process ? pane.process.pid : undefined;
  return [
    ...(pid === undefined ? [] : [`pid ${pid}`]),
    ...(pid === undefined || pane.memoryBytes === undefined ? [] : [memory(pane.memoryBytes)]),
    ...(pane.version === undefined ? [] : [pane.version]),
  ].join(" · ");
}

function wrapped(
  text: string | undefined,
  cols: number,
  meaning: Meaning,
  before = "",
): readonly Line[] {
  if (text === undefined || text === "") return [];
  return wrapText(printable(text), cols, detailRows).map((each) => line(before + each, meaning));
}
