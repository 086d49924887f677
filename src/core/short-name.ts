import { clipText } from "./cell-text.ts";
import { printable } from "./text.ts";

/** Names of models are rarely longer; in cells. */
const mostCols = 48;

/** A name from outside as part of a sentence: it leaves room for what the sentence says. */
export function shortName(name: string): string {
  return clipText(printable(name), mostCols);
}
