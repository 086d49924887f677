import type { Check } from "../check.ts";
import { commandsCheck } from "./commands.ts";
import { configCheck } from "./config.ts";
import { keysCheck } from "./keys.ts";
import { leftoversCheck } from "./leftovers.ts";
import { locksCheck } from "./locks.ts";
import { mcpCheck } from "./mcp.ts";
import { opencodeCheck } from "./opencode.ts";

/** Whether the agents start, and may do what they are meant to do. */
export const agentChecks: readonly Check[] = [
  opencodeCheck,
  configCheck,
  locksCheck,
  keysCheck,
  mcpCheck,
  commandsCheck,
  leftoversCheck,
];
