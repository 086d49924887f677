/** Whether a flake.nix can be read at all. */
import type { Problem } from "../../core/error.ts";
import { readFlake } from "./flake-file.ts";
import { lineAndColumn } from "./text-edits.ts";

/** The first mistake in the text of a flake.nix, if it has one. */
export function checkFlakeText(text: string, file = "flake.nix"): Problem | undefined {
  const read = readFlake(text);
  if (read.ok) return undefined;
  const { line, column } = lineAndColumn(text, read.mistake.at);
  return {
    code: "profile/flake-syntax",
    message: `${file} cannot be read: line ${line}, column ${column}: ${read.mistake.message}`,
    remedy: "mend it; `nix-instantiate --parse flake.nix` tells what Nix makes of it",
    position: { file, line, column },
  };
}
