import { type JsonObject, mergeDeep } from "./json.ts";

/**
 * Keys of OpenCode that would break a pane: ctrl+z suspends it for ever, ctrl+c and ctrl+d on an
 * empty prompt end it, tab changes the agent (measured on 1.18.33). `<leader>q` still ends it.
 */
const harmlessKeys = {
  app_exit: "<leader>q",
  terminal_suspend: "none",
  agent_cycle: "none",
  agent_cycle_reverse: "none",
} as const;

/**
 * The text of tui.json for a pane. OpenCode reads it over the user's global one, whose theme and
 * keys so survive; `below` is the file of an OPENCODE_TUI_CONFIG that this one replaces.
 */
export function tuiConfigText(below: JsonObject = {}): string {
  const ours = { $schema: "https://opencode.ai/tui.json", keybinds: harmlessKeys };
  return `${JSON.stringify(mergeDeep(below, ours), null, 2)}\n`;
}
