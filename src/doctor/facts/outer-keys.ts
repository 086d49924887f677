/** The keys that Zellij or GNU screen around us take, as far as their files tell it. */
import { join } from "node:path";
import { type Chord, parseChord } from "../../keys/chord.ts";
import { fact } from "../context.ts";

/** Zellij's own bindings as it comes; each opens a mode of its own. */
const zellijKeys: readonly Chord[] =
  "ctrl+p ctrl+t ctrl+n ctrl+h ctrl+s ctrl+o ctrl+g ctrl+q ctrl+b".split(" ");

/** None outside of Zellij. In its locked mode it takes one key, which leaves that mode. */
export const keysOfZellij = fact(async (context): Promise<readonly Chord[]> => {
  const { env, files, host } = context.ports;
  if (env["ZELLIJ"] === undefined) return [];
  const folder =
    env["ZELLIJ_CONFIG_DIR"] ??
    join(env["XDG_CONFIG_HOME"] || join(host.home, ".config"), "zellij");
  const path = env["ZELLIJ_CONFIG_FILE"] ?? join(folder, "config.kdl");
  const text = withoutComments((await files.readText(path).catch(() => undefined)) ?? "");
  if (/^\s*default_mode\s+"locked"/mu.test(text)) return ["ctrl+g"];
  if (/^\s*keybinds\b[^\n]*clear-defaults=true/mu.test(text)) return chordsIn(text, "bind");
  const free = chordsIn(text, "unbind");
  return [...zellijKeys, ...chordsIn(text, "bind")].filter((chord) => !free.includes(chord));
});

function withoutComments(text: string): string {
  return text.replaceAll(/^\s*\/\/.*$/gmu, "");
}

/** `bind "Ctrl o" "Alt x" { ... }`: the keys with ctrl; all others are of its modes. */
function chordsIn(text: string, word: "bind" | "unbind"): readonly Chord[] {
  const lines = text.matchAll(new RegExp(String.raw`^\s*${word}\s+((?:"[^"\n]*"\s*)+)`, "gmu"));
  return [...lines].flatMap(([, keys = ""]) =>
    [...keys.matchAll(/"(Ctrl [^"]+)"/gu)].flatMap(
      ([, key = ""]) => parseChord(key.replace(" ", "+")) ?? [],
    ),
  );
}

/** None outside of screen; ctrl+a unless its file names another (`escape ^Oo`). */
export const keysOfScreen = fact(async (context): Promise<readonly Chord[]> => {
  const { env, files, host } = context.ports;
  if (env["STY"] === undefined) return [];
  const path = env["SCREENRC"] || join(host.home, ".screenrc");
  const text = (await files.readText(path).catch(() => undefined)) ?? "";
  const own = [...text.matchAll(/^\s*escape\s+["']?(\^.)/gmu)].at(-1)?.[1];
  return [(own === undefined ? undefined : parseChord(own)) ?? "ctrl+a"];
});
