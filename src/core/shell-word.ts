import { printable } from "./text.ts";

/** A text as one word of a shell; one that needs no quotes stays bare. */
export function shellWord(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text;
  // What is shown is printable: a name with a line end in it has to be told without one.
  if (printable(text) !== text) return `$'${Array.from(text, ansiEscaped).join("")}'`;
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** Within `$'...'`, as bash, zsh and POSIX.1-2024 read it. */
function ansiEscaped(character: string): string {
  if (character === "'" || character === "\\") return `\\${character}`;
  if (printable(character) === character) return character;
  const bytes = Array.from(new TextEncoder().encode(character));
  return bytes.map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}
