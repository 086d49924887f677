/**
 * Counts that a hostile program gives to repeat something. xterm.js loops as often as it is told, up
 * to 2^31 times, and allocates as much for a repeated character: one short sequence would stop the
 * whole program. Beyond `mostRepeats`, which no screen is high or wide, such a sequence is dropped.
 */
import type { IFunctionIdentifier, IParser } from "@xterm/headless";
import { numberOr } from "./terminal-modes.ts";

const mostRepeats = 512;

/** CHT, CBT, IL, DL, SU, SD (twice), REP: those that are loops in xterm.js 6.1 beta. */
const loops: readonly IFunctionIdentifier[] = ["I", "Z", "L", "M", "S", "T", "^", "b"].map(
  (final) => ({ final }),
);

/** Drops sequences of a parser that would repeat without end. */
export function guardLoops(parser: IParser): void {
  for (const id of loops)
    parser.registerCsiHandler(id, ([count]) => numberOr(count, 1) > mostRepeats);
}
