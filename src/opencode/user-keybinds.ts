import { join } from "node:path";
import type { Ports, Variables } from "../platform/ports.ts";
import { asObject } from "./json.ts";
import { configFolders, readConfig } from "./user-config.ts";

/**
 * The keys that the user's and the project's `tui.json` give to OpenCode, by command. Files that are
 * absent or broken count as empty.
 */
export async function readKeybinds(
  ports: Pick<Ports, "files" | "host">,
  { root, environment }: { readonly root: string; readonly environment: Variables },
): Promise<Readonly<Record<string, string>>> {
  const own = environment["OPENCODE_TUI_CONFIG"];
  const folders = [...configFolders(ports, root, environment), root];
  const paths = [...folders.map((folder) => join(folder, "tui.json")), ...(own ? [own] : [])];
  const configs = await Promise.all(paths.map((path) => readConfig(ports, path)));
  const keybinds = configs.flatMap((config) => Object.entries(asObject(config?.["keybinds"])));
  return Object.fromEntries(keybinds.filter(isText));
}

function isText(entry: readonly [string, unknown]): entry is [string, string] {
  return typeof entry[1] === "string";
}
