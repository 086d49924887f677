/** The ways in which a mode can switch to a model, the proposed one first. */
import { wrapText } from "../../core/cell-text.ts";
import { fitLines, fitOf } from "../../core/fit.ts";
import {
  findInstalled,
  isUsedElsewhere,
  modesUsing,
  runtimeOf,
} from "../../core/installed-models.ts";
import type { AgentMode } from "../../core/mode.ts";
import { switchOptions } from "../../core/model-rows.ts";
import type { SwitchOption, SwitchPlan } from "../../core/models.ts";
import { modelName } from "../../core/select.ts";
import type { State } from "../../core/state.ts";
import { printable } from "../../core/text.ts";
import { blank, type Line, line, type Size, span } from "./line.ts";
import { windowTop } from "./list-window.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

export function switchOptionsView({
  state,
  overlay,
  size,
}: OverlayRequest<"switch-options">): OverlayView {
  const { mode, model, arithmetic } = overlay;
  const options = switchOptions(state, { mode, model });
  const selected = Math.min(overlay.selected, options.length - 1);
  const chosen = options[selected];
  const sum = arithmetic && chosen ? sumLines(state, { mode, plan: chosen.plan, size }) : [];
  const blocks = options.map((option, index) => {
    return optionLines(option, { isSelected: index === selected, cols: size.cols });
  });
  const rows = Math.max(1, size.rows - sum.length);
  return {
    type: "overlay",
    title: { left: [span(`${modelName(model)} for ${mode}`, "strong")] },
    lines: [...inSight(blocks, selected, rows), ...sum].slice(0, size.rows),
    keys: [
      { keys: "enter", title: "do it" },
      { keys: "j k", title: "select" },
      { keys: "tab", title: arithmetic ? "hide the arithmetic" : "arithmetic" },
      { keys: "esc", title: "back" },
    ],
    wanted: blocks.flat().length + (arithmetic ? arithmeticRows : 0),
  };
}

/** What the arithmetic of any way takes at most, with a free line. */
const arithmeticRows = 7;

type Option = { readonly isSelected: boolean; readonly cols: number };

/** The title, in two lines if it must, and what follows from it. */
function optionLines(
  { title, detail }: SwitchOption,
  { isSelected, cols }: Option,
): readonly Line[] {
  const titles = wrapText(printable(title), cols - 2, 2).map((text, index): Line => {
    const mark = isSelected && index === 0 ? ({ type: "marker" } as const) : span(" ");
    return { left: [mark, span(" "), span(text, isSelected ? "selected" : "plain")] };
  });
  const details = wrapText(printable(detail), cols - 4, 2).map((text) =>
    line(`    ${text}`, "dim"),
  );
  return [...titles, ...details];
}

/** The lines from which on the selected option stands in so many rows. */
function inSight(
  blocks: readonly (readonly Line[])[],
  selected: number,
  rows: number,
): readonly Line[] {
  const lines = blocks.flat();
  const before = blocks.slice(0, selected).flat().length;
  const top = windowTop(before, { count: lines.length, rows });
  return lines.slice(top, top + rows);
}

type Sum = { readonly mode: AgentMode; readonly plan: SwitchPlan; readonly size: Size };

/** The arithmetic of one way; what the mode itself uses now is about to be given up. */
function sumLines(state: State, { mode, plan, size }: Sum): readonly Line[] {
  const { models } = state;
  const found = runtimeOf(models.runtimes, plan.model);
  const model = found && findInstalled(found.runtime, found.name);
  if (!found || !model) return [];
  const fit = fitOf({
    model,
    runtime: found.runtime,
    runtimes: models.runtimes,
    memory: models.memory,
    context: plan.derive?.context ?? plan.context,
    modes: [mode, ...modesUsing(state, found.runtime, found.name)],
    usedBy: (runtime, name) => modesUsing(state, runtime, name).filter((each) => each !== mode),
    usedElsewhere: (runtime, name) => isUsedElsewhere(models, runtime, name),
  });
  const lines = fitLines(fit).flatMap((text) => wrapText(printable(text), size.cols, 2));
  return [blank, ...lines.map((text) => line(text, "dim"))].slice(0, Math.floor(size.rows / 2));
}
