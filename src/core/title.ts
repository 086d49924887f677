/**
 * What the title of a pane says, part by part, and which parts give way when there is no room.
 *
 * While a mode switches its model and its agent rests, the switch takes the place of the status:
 * that is what happens in the pane. While the agent works, the switch is a note.
 */
import { clipText } from "./cell-text.ts";
import type { AgentMode } from "./mode.ts";
import { isSameModelName } from "./model-ref.ts";
import { modeStatus } from "./model-wait.ts";
import type { ModelWish } from "./models.ts";
import {
  clockText,
  type Glyph,
  isAlive,
  isBusy,
  isReadOnly,
  modelName,
  modeNumber,
  type PaneStatus,
} from "./select.ts";
import type { PaneState, State } from "./state.ts";
import { type SwitchText, switchLine, switchText } from "./switch-text.ts";
import { printable } from "./text.ts";

/** One piece of a pane's title. */
export type TitlePart = {
  readonly name: "mode" | "model" | "glyph" | "state" | "age" | "key" | "note";
  readonly text: string;
  /** Stands before the part, unless the part is the first one shown. */
  readonly joiner: " · " | " ";
};

export type PaneTitle = {
  readonly glyph: Glyph;
  /** In reading order. The part named "glyph" has no text: the theme has it. */
  readonly parts: readonly TitlePart[];
};

export type TitleState = Pick<State, "panes" | "models" | "focus" | "now">;

/** The title of a pane: "1 plan · qwen3-coder:30b · ◐ permission 0:42 · read-only". */
export function paneTitle(state: TitleState, mode: AgentMode): PaneTitle {
  const pane = state.panes[mode];
  const status = modeStatus(state, mode);
  const change = switchText(state.models, mode, state.now);
  const leads = change !== undefined && !change.rests && isResting(status);
  const parts = [
    part("mode", `${modeNumber(mode)} ${mode}`, " · "),
    ...(leads ? switchParts(change) : statusParts({ pane, status, change, now: state.now })),
    part("key", takesEscape(state, mode, change) ? "esc cancels" : undefined, " · "),
    ...(change && !leads ? [part("note", switchLine(change), " · ")] : []),
    ...titleNotes(state, mode).map((note) => part("note", note, " · ")),
  ];
  return {
    glyph: leads ? "starting" : status.glyph,
    parts: parts.filter((each) => each !== undefined),
  };
}

/** The agent has nothing to say for itself. */
function isResting({ glyph }: PaneStatus): boolean {
  return glyph === "idle" || glyph === "finished";
}

const glyphPart: TitlePart = { name: "glyph", text: "", joiner: " · " };

/** "⟳ loading qwen3-coder:30b 0:12 40%". */
function switchParts({
  word,
  model,
  after,
  clock,
}: SwitchText): readonly (TitlePart | undefined)[] {
  return [
    glyphPart,
    part("state", word, " "),
    part("model", after === undefined ? model : `${model} ${after}`, " "),
    part("age", clock, " "),
  ];
}

type StatusRequest = {
  readonly pane: PaneState;
  readonly status: PaneStatus;
  readonly change: SwitchText | undefined;
  readonly now: number;
};

/** "qwen3-coder:30b · ◐ permission 0:42". */
function statusParts(request: StatusRequest): readonly (TitlePart | undefined)[] {
  const { pane, status, change, now } = request;
  const uses = change === undefined && otherModel(pane) ? "uses " : "";
  const model = modelName(pane.model ?? pane.wantedModel);
  const what = pane.kind === "command" ? printable(pane.label) : model && uses + model;
  return [
    part("model", what, " · "),
    glyphPart,
    part("state", status.word, " "),
    part("age", clockText(status, now), " "),
  ];
}

/** Whether esc in this pane cancels the load: a working agent has its own use for the key. */
function takesEscape(
  { panes, focus }: TitleState,
  mode: AgentMode,
  change: SwitchText | undefined,
): boolean {
  return change?.cancellable === true && mode === focus && !isBusy(panes[mode]);
}

/** The model that was asked for, where the agent says that it uses another one. */
export function otherModel({ kind, model, wantedModel }: PaneState): string | undefined {
  if (kind !== "opencode" || model === undefined || wantedModel === undefined) return undefined;
  return isSameModelName(model, wantedModel) ? undefined : wantedModel;
}

function titleNotes({ panes, models }: TitleState, mode: AgentMode): readonly string[] {
  const pane = panes[mode];
  const instead = models.switches[mode] ? undefined : modelNote(pane, models.wishes[mode]);
  return [
    ...(pane.scrolledBack > 0 ? [`${pane.scrolledBack} lines back`] : []),
    ...(instead === undefined ? [] : [instead]),
    ...(pane.mismatch && !otherModel(pane) ? ["not as asked"] : []),
    ...(pane.lost && isAlive(pane) ? ["no events"] : []),
    ...(pane.bell ? ["bell"] : []),
    ...(isReadOnly(pane) ? ["read-only"] : []),
  ];
}

/** What is odd about the model: it is not the one asked for, or nobody asked for it. */
function modelNote(pane: PaneState, wish: ModelWish | undefined): string | undefined {
  if (pane.kind !== "opencode") return undefined;
  const wanted = otherModel(pane);
  if (wanted !== undefined) return `not ${distinctName(wanted, pane.model)}`;
  if (wish?.insteadOf !== undefined) {
    return `instead of ${distinctName(wish.insteadOf, wish.model)}`;
  }
  return wish?.source.from === "chosen" ? "chosen" : undefined;
}

/** The name of a model; with its runtime where the other one is called the same there. */
function distinctName(model: string, other: string | undefined): string {
  const name = modelName(model) ?? "";
  return name === modelName(other) ? printable(model) : name;
}

/**
 * The order in which the parts of a title give way. The mode gives way last, the glyph never does.
 */
const givesWay = ["note", "model", "key", "age", "state", "mode"] as const;

export type TitleRoom = {
  readonly cols: number;
  /** How many cells a text takes. */
  readonly widthOf: (text: string) => number;
};

/** The title without the parts that have no room; the glyph counts as one cell. */
export function fitTitle(title: PaneTitle, { cols, widthOf }: TitleRoom): PaneTitle {
  const widths = title.parts.map(({ name, text, joiner }, index) => {
    return (index === 0 ? 0 : joiner.length) + (name === "glyph" ? 1 : widthOf(text));
  });
  const missing = widths.reduce((sum, width) => sum + width, 0) - cols;
  if (missing <= 0) return title;
  const first = givesWay.find((name) => title.parts.some((each) => each.name === name));
  if (first === undefined) return title;
  const last = title.parts.findLastIndex((each) => each.name === first);
  const parts = title.parts.flatMap((each, index) => {
    return index === last ? clippedModel(each, widthOf(each.text) - missing) : [each];
  });
  return fitTitle({ ...title, parts }, { cols, widthOf });
}

/** Names of models are long: the head of one says more than none, other parts are short. */
function clippedModel(each: TitlePart, cols: number): readonly TitlePart[] {
  if (each.name !== "model" || cols < leastModelCols) return [];
  return [{ ...each, text: clipText(each.text, cols) }];
}

const leastModelCols = 12;

function part(
  name: TitlePart["name"],
  text: string | undefined,
  joiner: TitlePart["joiner"],
): TitlePart | undefined {
  return text === undefined || text === "" ? undefined : { name, text, joiner };
}
