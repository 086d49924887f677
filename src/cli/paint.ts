/** Colours of the command line's output, few and of the terminal's own palette. */

import type { Variables } from "../platform/ports.ts";

export type Style = "dim" | "strong" | "good" | "warning" | "error";

/** A text as it is written; without a style it stays as it is. */
export type Paint = (style: Style | undefined, text: string) => string;

/** Makes one that paints, or one that leaves every text as it is. */
export function createPaint(colors: boolean): Paint {
  if (!colors) return (_, text) => text;
  return (style, text) =>
    style === undefined || text === "" ? text : `\u001B[${codes[style]}m${text}\u001B[0m`;
}

type Output = { readonly env: Variables; readonly noColor: boolean; readonly isTty: boolean };

/** Whether an output is to have colours (no-color.org: a NO_COLOR that is not empty says no). */
export function paintsColors({ env, noColor, isTty }: Output): boolean {
  return isTty && env["TERM"] !== "dumb" && !noColor && !env["NO_COLOR"];
}

/** SGR (ECMA-48): faint, bold, green, yellow, red. */
const codes: Readonly<Record<Style, string>> = {
  dim: "2",
  strong: "1",
  good: "32",
  warning: "33",
  error: "31",
};
