/** Keys that the user gave to OpenCode (`keybinds` of its `tui.json`) and that we take before it. */
import { type Action, actions } from "../core/action.ts";
import type { Problem } from "../core/error.ts";
import { type Chord, parseChord } from "./chord.ts";
import { type Keymap, prefixItself } from "./keymap.ts";

/** One problem a keybind and chord; its remedy is the line for ai-rules.json that gives the key back. */
export function findCollisions(
  keybinds: Readonly<Record<string, string>>,
  keymap: Keymap,
): readonly Problem[] {
  const used = new Set(Object.values(keybinds).flatMap(chordsOfKeybind));
  return Object.entries(keybinds).flatMap(([name, value]) =>
    chordsOfKeybind(value).flatMap((chord) => {
      const owner = keymap.taken.get(chord);
      return owner === undefined ? [] : [collision({ name, chord, owner, used })];
    }),
  );
}

/** "ctrl+x", "<leader>q", "ctrl+o,alt+1", "none": a chord after the leader reaches us as well. */
function chordsOfKeybind(value: string): readonly Chord[] {
  return value
    .replaceAll(/<leader>/gi, " ")
    .split(/[\s,]+/)
    .flatMap((text) => (text === "" || text === "none" ? [] : (parseChord(text) ?? [])));
}

type Collision = {
  readonly name: string;
  readonly chord: Chord;
  readonly owner: Action | "prefix";
  readonly used: ReadonlySet<Chord>;
};

function collision({ name, chord, owner, used }: Collision): Problem {
  const ours = owner === prefixItself ? "the prefix" : `"${actions[owner].title}"`;
  const line =
    owner === prefixItself ? `"prefix": "${freePrefix(used)}"` : `"bindings": { "${owner}": [] }`;
  return {
    code: "opencode/key-collision",
    message: `${chord} is ${ours} here, so OpenCode's "${plainName(name)}" never gets it`,
    remedy: `in ai-rules.json: "keys": { ${line} }`,
  };
}

/** Names come from a file of the user: nothing of it may control the terminal. */
function plainName(name: string): string {
  return name.replaceAll(/[^\w.-]/g, "").slice(0, 40);
}

/** Chords that OpenCode 1.18.33 leaves free, measured; the user's own keybinds may use some. */
const freeInOpenCode: readonly Chord[] =
  "ctrl+o ctrl+l ctrl+y ctrl+s ctrl+q ctrl+] ctrl+\\ f1 f12".split(" ");

function freePrefix(used: ReadonlySet<Chord>): Chord {
  return freeInOpenCode.find((chord) => !used.has(chord)) ?? "f12";
}
