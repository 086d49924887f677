/**
 * Text from outside (model names, titles, log lines, a hook's output) as text that is safe to show:
 * it cannot move the cursor, change colours or turn the reading direction of what stands beside it.
 */

/** OSC, DCS, SOS, PM and APC with their text, if they end on the same string (ECMA-48). */
const controlStrings =
  /(?:\u001B[\]PX^_]|[\u009D\u0090\u0098\u009E\u009F])[^\u0007\u001B\u009C]*(?:\u0007|\u001B\\|\u009C)/gu;
/** CSI with its parameters, 7-bit and 8-bit (ECMA-48). */
const controlSequences = /(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]/gu;
/** All other escape sequences, whole or cut off. */
const escapeSequences = /\u001B[ -/]*[0-~]?/gu;
/** What parts words or lines: it becomes one space. */
const spaces = /[\t\n\v\f\r\u0085\u2028\u2029]+/gu;
/**
 * C0, DEL and C1; marks that turn the reading direction (Unicode's Bidi_Control); byte order mark,
 * zero width space, interlinear marks and lone surrogates, none of which a terminal can show.
 */
const invisible =
  /[\u0000-\u001F\u007F-\u009F\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2069\uFEFF\uFFF9-\uFFFB\uD800-\uDFFF]/gu;

/** One line of printable text: escape sequences and control characters are gone, line ends are spaces. */
export function printable(text: string): string {
  return text
    .replace(controlStrings, "")
    .replace(controlSequences, "")
    .replace(escapeSequences, "")
    .replace(spaces, " ")
    .replace(invisible, "");
}

/**
 * The lines of a text, each printable. A carriage return within a line (a progress bar) leaves what
 * was written last; empty lines at the end are dropped.
 */
export function printableLines(text: string): readonly string[] {
  const lines = text.split(/\r*\n/).map((line) => printable(lastWritten(line)).trimEnd());
  while (lines.at(-1) === "") lines.pop();
  return lines;
}

function lastWritten(line: string): string {
  return line.split("\r").findLast((part) => part !== "") ?? "";
}
