import type { Check } from "../check.ts";
import { answersCheck } from "./answers.ts";
import { coloursCheck } from "./colours.ts";
import { insideCheck } from "./inside.ts";
import { keysCheck } from "./keys.ts";
import { localeCheck } from "./locale.ts";
import { sizeCheck } from "./size.ts";

/** What the terminal can show, and what of the keys arrives. */
export const terminalChecks: readonly Check[] = [
  sizeCheck,
  coloursCheck,
  answersCheck,
  keysCheck,
  insideCheck,
  localeCheck,
];
