/** The models that a runtime has loaded, as the side panel shows them. */
import { clipText, textWidth } from "../../core/cell-text.ts";
import { isPartlyOnCpu } from "../../core/fit.ts";
import { memory as bytesText, tokens } from "../../core/format.ts";
import { modesUsing } from "../../core/installed-models.ts";
import { type AgentMode, agentModes } from "../../core/mode.ts";
import { shownModelName } from "../../core/model-ref.ts";
import type { MemoryState, RuntimeState } from "../../core/runtime.ts";
import { modeNumber } from "../../core/select.ts";
import type { State } from "../../core/state.ts";
import { printable } from "../../core/text.ts";
import { type Line, type Meaning, type Span, span, spansWidth } from "./line.ts";
import { type ShownModel, shownModels, splitText, untilText } from "./loaded.ts";

export type LoadedRequest = {
  readonly state: State;
  readonly runtime: RuntimeState;
  readonly cols: number;
};

const indent = "  ";

/** Two lines a model: its name and who uses it, then its numbers and its time. */
export function loadedLines({ state, runtime, cols }: LoadedRequest): readonly Line[] {
  const memory = memoryOf(runtime, state);
  return shownModels(runtime, state).flatMap((model) => {
    const modes = modesUsing(state, runtime, model.name);
    return [nameLine(model, modes, cols), numbersLine(model, { now: state.now, memory, cols })];
  });
}

/** One line a model: what gives way are the modes' words, then the numbers that are as they should be. */
export function shortLoadedLines({ state, runtime, cols }: LoadedRequest): readonly Line[] {
  const memory = memoryOf(runtime, state);
  return shownModels(runtime, state).map((model) => {
    const modes = modesUsing(state, runtime, model.name);
    const right = joined([
      contextSpan(model),
      isPartlyOnCpu(model, memory) ? splitSpan(model, memory) : undefined,
      untilSpan(model, state.now),
      modes.length === 0 ? undefined : span(`[${modes.map(modeNumber).join("")}]`, "strong"),
    ]);
    return { left: [span(clippedName(model, cols - spansWidth(right)))], right };
  });
}

/** The memory the models of a runtime are in, if it is this machine's. */
function memoryOf({ address }: RuntimeState, { models }: State): MemoryState | undefined {
  return address.local ? models.memory : undefined;
}

function nameLine(model: ShownModel, modes: readonly AgentMode[], cols: number): Line {
  const words = modesText(modes);
  const name = shownModelName(model.name);
  const fits = textWidth(name) + textWidth(words) < cols - indent.length;
  if (words === "") return { left: [span(clippedName(model, cols))] };
  const users = fits ? words : `[${modes.map(modeNumber).join("")}]`;
  const left = [span(clippedName(model, cols - textWidth(users)))];
  return { left, right: [span(users, "strong")] };
}

/** "plan build", "all modes". */
function modesText(modes: readonly AgentMode[]): string {
  return modes.length === agentModes.length ? "all modes" : modes.join(" ");
}

function clippedName({ name }: ShownModel, cols: number): string {
  return indent + clipText(shownModelName(name), Math.max(1, cols - indent.length - 1));
}

type Numbers = {
  readonly now: number;
  readonly memory: MemoryState | undefined;
  readonly cols: number;
};

function numbersLine(model: ShownModel, { now, memory, cols }: Numbers): Line {
  const until = untilSpan(model, now);
  const room = cols - indent.length - (until ? spansWidth([until]) + 1 : 0);
  const left = [span(indent), ...fitting(numbers(model, memory), room)];
  return until ? { left, right: [until] } : { left };
}

/** The numbers of a model in reading order; what gives way first has the lowest `keep`. */
function numbers(model: ShownModel, memory: MemoryState | undefined): readonly Kept[] {
  const { quantization, sizeBytes } = model;
  const all: readonly (Kept | undefined)[] = [
    quantization === undefined
      ? undefined
      : { keep: 0, span: span(printable(quantization), "dim") },
    kept(3, contextSpan(model)),
    sizeBytes === undefined ? undefined : { keep: 1, span: span(shortSize(sizeBytes), "dim") },
    kept(2, splitSpan(model, memory)),
  ];
  return all.filter((each) => each !== undefined);
}

type Kept = { readonly keep: number; readonly span: Span };

function kept(keep: number, of: Span | undefined): Kept | undefined {
  return of && { keep, span: of };
}

function fitting(parts: readonly Kept[], cols: number): readonly Span[] {
  const spans = joined(parts.map((each) => each.span));
  if (parts.length <= 1 || spansWidth(spans) <= cols) return spans;
  const least = Math.min(...parts.map(({ keep }) => keep));
  return fitting(
    parts.filter(({ keep }) => keep !== least),
    cols,
  );
}

function joined(spans: readonly (Span | undefined)[]): readonly Span[] {
  const there = spans.filter((each) => each !== undefined);
  return there.flatMap((each, index) => (index === 0 ? [each] : [span(" "), each]));
}

function contextSpan({ context }: ShownModel): Span | undefined {
  return context === undefined ? undefined : span(tokens(context));
}

function splitSpan(model: ShownModel, memory: MemoryState | undefined): Span | undefined {
  const text = splitText(model);
  return text === undefined
    ? undefined
    : span(text, isPartlyOnCpu(model, memory) ? "warning" : "dim");
}

function untilSpan(model: ShownModel, now: number): Span | undefined {
  const text = untilText(model, now);
  return text === undefined ? undefined : span(text, untilMeaning(model));
}

function untilMeaning({ state, busy }: ShownModel): Meaning {
  if (state === "loading") return "starting";
  return state === "loaded" && busy ? "busy" : "dim";
}

/** "24 GB", "4.7 GB": large sizes without what nobody counts. */
function shortSize(bytes: number): string {
  return bytes >= 9.95 * 1024 ** 3 ? `${Math.round(bytes / 1024 ** 3)} GB` : bytesText(bytes);
}
