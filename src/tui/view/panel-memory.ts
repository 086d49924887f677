/** The memory that models are loaded into: how full it is now and in the last minutes. */
import { memory as bytesText } from "../../core/format.ts";
import type { MemoryState } from "../../core/runtime.ts";
import { printable } from "../../core/text.ts";
import { barText } from "./bar.ts";
import { type Line, line, type Meaning, span } from "./line.ts";
import { sparkline } from "./sparkline.ts";

const titles: Readonly<Record<MemoryState["kind"], string>> = {
  gpu: "GPU memory",
  unified: "unified memory",
  ram: "memory",
};

/** A line of numbers, one of bar and history, one of the budget where that is not all of it. */
export function memoryLines(memory: MemoryState, cols: number): readonly Line[] {
  const { usedBytes, totalBytes, budgetBytes, budgetFrom, history } = memory;
  const barCols = Math.max(4, Math.floor(cols / 2));
  const past = pastText(history, cols - barCols - 1);
  const mark = share(budgetBytes, totalBytes);
  const budget = `${bytesText(budgetBytes)} for models (${printable(budgetFrom)})`;
  return [
    {
      left: [span(titleOf(memory))],
      right: [span(usage(usedBytes, totalBytes), fullness(memory))],
    },
    {
      left: [span(barText(share(usedBytes, totalBytes), barCols, mark), fullness(memory))],
      right: [span(past, "dim")],
    },
    ...(budgetBytes < totalBytes ? [line(budget, "dim")] : []),
  ];
}

/** A level past says nothing, and would grow on the screen of somebody who rests. */
function pastText(history: MemoryState["history"], cols: number): string {
  const text = sparkline(history, cols);
  return new Set(text).size > 1 ? text : "";
}

/** All of it that goes in one line. */
export function shortMemoryLine(memory: MemoryState, cols: number): Line {
  const { usedBytes, totalBytes, budgetBytes } = memory;
  const numbers = usage(usedBytes, totalBytes);
  const barCols = Math.max(4, cols - numbers.length - 1);
  const bar = barText(share(usedBytes, totalBytes), barCols, share(budgetBytes, totalBytes));
  return { left: [span(bar, fullness(memory))], right: [span(numbers, fullness(memory))] };
}

function titleOf({ kind, devices }: MemoryState): string {
  return kind === "gpu" && devices.length > 1 ? `memory of ${devices.length} GPUs` : titles[kind];
}

/** Red where it is nearly all used, yellow where models have had their budget. */
function fullness({ usedBytes, totalBytes, budgetBytes }: MemoryState): Meaning {
  if (usedBytes > 0.97 * totalBytes) return "error";
  return usedBytes > budgetBytes ? "warning" : "plain";
}

/** "43.0/48.0 GB". */
function usage(usedBytes: number, totalBytes: number): string {
  const [used, usedUnit] = bytesText(usedBytes).split(" ");
  const [total, totalUnit] = bytesText(totalBytes).split(" ");
  const unit = usedUnit === totalUnit ? "" : ` ${usedUnit}`;
  return `${used}${unit}/${total} ${totalUnit}`;
}

function share(part: number, whole: number): number {
  return whole > 0 ? part / whole : 0;
}
