/** A line for people on whether a model fits. */
import { type Fit, fitWord } from "../core/fit.ts";
import { memory as memoryText, tokens } from "../core/format.ts";
import { printable } from "../core/text.ts";
import { type FoundModel } from "./find-model.ts";
import { type Tools } from "./run-job.ts";

/** Tells whether a model fits, when that is not simply so. */
export function noteFit({ console }: Pick<Tools, "console">, found: FoundModel, fit: Fit): void {
  if (fit.verdict === "fits" || fit.verdict === "remote") return;
  const { needBytes, freeBytes, about } = fit;
  const numbers =
    needBytes === undefined || freeBytes === undefined
      ? ""
      : `: ${about ? "about " : ""}${memoryText(needBytes)} with a context of ${tokens(fit.context)}, ${memoryText(freeBytes)} free`;
  const word = fit.verdict === "unknown" ? "nobody knows whether it fits" : fitWord(fit);
  console.note(`note: ${printable(found.ref)} ${word}${numbers}`);
}
