import type { Check } from "../check.ts";
import { direnvCheck } from "./direnv.ts";
import { diskCheck } from "./disk.ts";
import { cacheCheck, hookCheck, rootsCheck } from "./environment.ts";
import { featuresCheck } from "./features.ts";
import { gitCheck } from "./git.ts";
import { lockCheck } from "./lock.ts";
import { programCheck, versionCheck } from "./program.ts";
import { shellCheck } from "./shell.ts";
import { shellsCheck } from "./shells.ts";
import { storeCheck } from "./store.ts";
import { treeCheck } from "./tree.ts";

/** Whether the project's environment can be made. */
export const nixChecks: readonly Check[] = [
  programCheck,
  versionCheck,
  featuresCheck,
  storeCheck,
  diskCheck,
  gitCheck,
  treeCheck,
  lockCheck,
  shellsCheck,
  shellCheck,
  cacheCheck,
  hookCheck,
  rootsCheck,
  direnvCheck,
];
