import type { Check } from "../check.ts";
import { clockCheck } from "./clock.ts";
import { directoriesCheck } from "./directories.ts";
import { homeCheck } from "./home.ts";
import { nodeCheck } from "./node.ts";
import { ptyCheck } from "./pty.ts";
import { settingsCheck } from "./settings.ts";

/** Whether this installation works, and has somewhere to write. */
export const installChecks: readonly Check[] = [
  nodeCheck,
  ptyCheck,
  homeCheck,
  directoriesCheck,
  settingsCheck,
  clockCheck,
];
