/** Keys in the picker of models and in the list of ways to switch. */
import { findInstalled, isUnclear, runtimeOf } from "../installed-models.ts";
import type { AgentMode } from "../mode.ts";
import { filterModelRows, type ModelRow, modelRows, switchOptions } from "../model-rows.ts";
import type { SwitchPlan } from "../models.ts";
import { modelName } from "../select.ts";
import type { Overlay, State } from "../state.ts";
import { printable } from "../text.ts";
import { openPicker, pickerTimer } from "./models-overlays.ts";
import { notify } from "./notice.ts";
import type { OverlayKey } from "./overlays.ts";
import { andThen, closeOverlay, type Step, step } from "./step.ts";
import { beginSwitch, goalOf } from "./switching.ts";
import { edited, moved } from "./typing.ts";

type Of<T extends Overlay["type"]> = Extract<Overlay, { type: T }>;

export function pickerKey(state: State, overlay: Of<"model-picker">, key: OverlayKey): Step {
  const { chord, text, now } = key;
  const { entered: _, ...picker } = overlay;
  switch (chord) {
    case "esc":
    case "ctrl+c":
      return overlay.query && chord === "esc"
        ? select(state, { ...picker, query: "", selected: 0 })
        : step(closeOverlay(state), { type: "stop-timer", name: "picker" });
    case "enter":
      return enter(state, picker, now);
    case "tab":
      return step(open(state, { ...picker, arithmetic: !picker.arithmetic }));
    default:
      return select(state, typed(state, picker, { chord, text }));
  }
}

function typed(
  state: State,
  picker: Of<"model-picker">,
  { chord, text }: Pick<OverlayKey, "chord" | "text">,
): Of<"model-picker"> {
  // The text first: to count the rows, all of them are made.
  const query = edited(picker.query, chord, text);
  if (query !== picker.query) return { ...picker, query, selected: 0 };
  const selected = moved(picker.selected, { chord, count: rowsOf(state, picker).length });
  return selected === undefined ? picker : { ...picker, selected };
}

/** The details of the model on which the selection comes to rest are asked for. */
function select(state: State, picker: Of<"model-picker">): Step {
  const { overlay } = state;
  if (overlay?.type !== "model-picker") return step(state);
  const isSame = overlay.query === picker.query && overlay.selected === picker.selected;
  if (isSame && overlay.entered === undefined) return step(state);
  return step(open(state, picker), pickerTimer("selected"));
}

function rowsOf(state: State, { query }: Of<"model-picker">): readonly ModelRow[] {
  return filterModelRows(modelRows(state), query);
}

function selectedRow(state: State, picker: Of<"model-picker">): ModelRow | undefined {
  const rows = rowsOf(state, picker);
  return rows[Math.min(picker.selected, rows.length - 1)];
}

function enter(state: State, picker: Of<"model-picker">, now: number): Step {
  const row = selectedRow(state, picker);
  if (!row) return step(state);
  if (row.disabled !== undefined) {
    return notify(state, { level: "info", ...noAnswer(state, row, row.disabled), now });
  }
  const question = undescribed(state, row.ref);
  if (!question) return choose(state, { mode: picker.mode, model: row.ref, now });
  return step(open(state, { ...picker, entered: row.ref }), question, pickerTimer("entered"));
}

/** Why a model cannot be used, and what its runtime needs. */
function noAnswer({ models }: State, { ref }: ModelRow, text: string) {
  const connection = runtimeOf(models.runtimes, ref)?.runtime.connection;
  const remedy = connection && "problem" in connection ? connection.problem.remedy : undefined;
  return remedy === undefined ? { text } : { text, remedy: printable(remedy) };
}

/** The effect that asks for the details of a model which has none yet. */
export function undescribed({ models }: State, ref: string) {
  const found = runtimeOf(models.runtimes, ref);
  const model = found && findInstalled(found.runtime, found.name);
  if (!model || model.described || found.runtime.connection.type !== "up") return undefined;
  const runtime = found.runtime.address.id;
  return { type: "describe-model", runtime, model: model.name } as const;
}

/** The selection rests, or details have come: the model that was chosen is switched to. */
export function pickerRested(state: State, now: number): Step {
  const { overlay } = state;
  if (overlay?.type === "models" && overlay.entered !== undefined)
    return choose(state, { mode: state.focus, model: overlay.entered, now });
  if (overlay?.type !== "model-picker") return step(state);
  const { entered, ...picker } = overlay;
  if (entered !== undefined) return choose(state, { mode: picker.mode, model: entered, now });
  const row = selectedRow(state, picker);
  const question = row && undescribed(state, row.ref);
  return question ? step(state, question) : step(state);
}

export type Choice = { readonly mode: AgentMode; readonly model: string; readonly now: number };

/** Goes the one way there is to a model, or asks which of several. */
export function choose(state: State, { mode, model, now }: Choice): Step {
  const options = switchOptions(state, { mode, model });
  if (options.length > 1) {
    const overlay = {
      type: "switch-options",
      mode,
      model,
      selected: 0,
      arithmetic: false,
    } as const;
    return step(open(state, overlay), { type: "stop-timer", name: "picker" });
  }
  return set(state, { mode, plan: options[0]?.plan ?? { model, unloadFirst: [] }, now });
}

export function switchOptionsKey(
  state: State,
  overlay: Of<"switch-options">,
  { chord, now }: OverlayKey,
): Step {
  const { mode, model, arithmetic } = overlay;
  const options = switchOptions(state, { mode, model });
  switch (chord) {
    case "esc":
      return backToPicker(state, overlay, now);
    case "q":
    case "ctrl+c":
      return step(closeOverlay(state));
    case "tab":
      return step(open(state, { ...overlay, arithmetic: !arithmetic }));
    case "enter": {
      const option = options[Math.min(overlay.selected, options.length - 1)];
      return option ? set(state, { mode, plan: option.plan, now }) : step(state);
    }
    default: {
      const count = options.length;
      const selected = moved(overlay.selected, { chord, count, letters: true });
      return selected === undefined ? step(state) : step(open(state, { ...overlay, selected }));
    }
  }
}

/** The picker as it was, but for what was typed. */
function backToPicker(state: State, { mode, model }: Of<"switch-options">, now: number): Step {
  const selected = Math.max(
    0,
    modelRows(state).findIndex(({ ref }) => ref === model),
  );
  return andThen(openPicker(state, mode, now), (next) =>
    next.overlay?.type === "model-picker"
      ? step(open(next, { ...next.overlay, selected }))
      : step(next),
  );
}

type Setting = { readonly mode: AgentMode; readonly plan: SwitchPlan; readonly now: number };

/** Sets out, or asks first where the model would not do. */
function set(state: State, setting: Setting): Step {
  const { mode, plan, now } = setting;
  const doubts = toolDoubts(state, plan);
  if (doubts.length === 0) return beginSwitch(closeOverlay(state), { mode, plan, now });
  const question = `Use ${modelName(goalOf(plan))} in ${mode}?`;
  const confirm = { deed: "switch-model", mode, question, details: doubts, plan } as const;
  return step(open(state, { type: "confirm", confirm }));
}

/** OpenCode works by tools alone: without them an agent can only talk. */
function toolDoubts({ models }: State, { model }: SwitchPlan): readonly string[] {
  const found = runtimeOf(models.runtimes, model);
  const known = found && findInstalled(found.runtime, found.name);
  if (!known) return [];
  if (isUnclear(known))
    return [
      "It has not been said yet whether this model calls tools: without them the agent could not read or change a single file.",
    ];
  if (known.tools !== false) return [];
  return [
    "This model cannot call tools: the agent could not read or change a single file with it.",
  ];
}

function open(state: State, overlay: Overlay): State {
  return { ...state, overlay };
}
