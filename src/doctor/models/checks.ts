import type { Check } from "../check.ts";
import { memoryCheck } from "./memory.ts";
import { modesCheck } from "./modes.ts";
import { runtimesCheck } from "./runtimes.ts";
import { serverCheck } from "./server.ts";
import { togetherCheck } from "./together.ts";
import { variablesCheck } from "./variables.ts";

/** Whether the modes have models, and the models have room. */
export const modelChecks: readonly Check[] = [
  runtimesCheck,
  modesCheck,
  togetherCheck,
  serverCheck,
  memoryCheck,
  variablesCheck,
];
