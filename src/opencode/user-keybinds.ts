import { join } from "node:path";
import type { Ports, Variables } from "../platform/ports.ts";
import { asObject, type JsonObject } from "./json.ts";
import { configPlaces, readConfig } from "./user-config.ts";

/**
 * The keys that the user's and the project's `tui.json` and `tui.jsonc` give to OpenCode, by command:
 * "ctrl+x", "<leader>q,alt+1". Files that are absent or broken count as empty.
 */
export async function readKeybinds(
  ports: Pick<Ports, "files" | "host">,
  { root, environment }: { readonly root: string; readonly environment: Variables },
): Promise<Readonly<Record<string, string>>> {
  const read = (path: string) => readConfig(ports, path);
  const own = environment["OPENCODE_TUI_CONFIG"];
  const { global, roots, folders } = await configPlaces(ports, root, environment);
  // The weakest first, in the order in which OpenCode 1.18.33 says that it applies them.
  const configs = await Promise.all([
    configOf(read, global),
    own ? read(own) : undefined,
    ...roots.map((path) => configOf(read, path)),
    ...folders.slice(1).map((folder) => configOf(read, folder)),
  ]);
  const keybinds = configs.flatMap((config) => Object.entries(asObject(config?.["keybinds"])));
  return Object.fromEntries(
    keybinds.flatMap(([name, value]) => {
      const text = keybindText(value);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

type Read = (path: string) => Promise<JsonObject | undefined>;

/** All keybinds of one folder. Keys in opencode.json are moved to a tui.json when OpenCode starts. */
async function configOf(read: Read, folder: string): Promise<JsonObject> {
  const names = ["opencode.json", "opencode.jsonc", "tui.json", "tui.jsonc"];
  const [old, oldWithComments, keys, withComments] = await Promise.all(
    names.map((name) => read(join(folder, name))),
  );
  const moved = keys === undefined ? [old, oldWithComments] : [];
  const all = [...moved, keys, withComments].map((config) => asObject(config?.["keybinds"]));
  return { keybinds: Object.assign({}, ...all) };
}

/** One or several keys as OpenCode takes them: text, `{ name, ctrl }`, `{ key }`, a list, or false. */
function keybindText(value: unknown): string | undefined {
  if (value === false) return "none";
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    const texts = value.flatMap((each: unknown) => keybindText(each) ?? []);
    return texts.length > 0 ? texts.join(",") : undefined;
  }
  const { key, name, ...more } = asObject(value);
  if (key !== undefined) return keybindText(key);
  if (typeof name !== "string") return undefined;
  const held = ["ctrl", "meta", "shift", "super", "hyper"].filter((each) => more[each] === true);
  return [...held, name].join("+");
}
