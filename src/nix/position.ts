import { dirname, resolve } from "node:path";
import type { FilePosition } from "../core/error.ts";
import type { Files } from "../platform/ports.ts";

/**
 * Finds the place in the project that Nix's words point at. Nix names files by their copy in its
 * store (/nix/store/<hash>-source/flake.nix), by the flake («path:...»/flake.nix) or as they are
 * (2.34, in Git), and so it names those of other flakes too: a place counts when the project has that
 * file and, where Nix quotes the line, the same line in it.
 */
export async function findPosition(
  files: Pick<Files, "readText" | "status">,
  text: string,
  root: string,
): Promise<FilePosition | undefined> {
  // The trace goes from the outside to the cause: the last place is the nearest to it.
  for (const mentioned of mentionedPositions(text).toReversed()) {
    const file = await fileInProject(files, mentioned, root);
    if (file !== undefined) return { file, line: mentioned.line, column: mentioned.column };
  }
  return undefined;
}

type Mentioned = {
  /** Absolute, or relative to the top of the flake's source, which is the Git repository's. */
  readonly path: string;
  readonly line: number;
  readonly column: number;
  /** The line itself, as Nix quotes it. */
  readonly quoted?: string;
};

/** "at FILE:LINE:COLUMN" and the lines Nix quotes: the one before, if any, and the one meant. */
const position = /\bat ([^\n"]+?):(\d+):(\d+):?\n((?:\s*\n)?(?:\s*\d+\|.*\n?){1,2})?/gu;
/** What stands before the path within a flake's source. */
const source = /^.*(?:[a-z0-9]{32}-source|»)\//u;

function mentionedPositions(text: string): readonly Mentioned[] {
  return [...`${text}\n`.matchAll(position)].map(([, name = "", line, column, excerpt = ""]) => {
    const quoted = new RegExp(`^\\s*${line}\\|(.*)$`, "mu").exec(excerpt)?.[1];
    const place = { path: name.replace(source, ""), line: Number(line), column: Number(column) };
    return quoted === undefined ? place : { ...place, quoted: quoted.trim() };
  });
}

async function fileInProject(
  files: Pick<Files, "readText" | "status">,
  { path, line, quoted }: Mentioned,
  root: string,
): Promise<string | undefined> {
  for (const directory of upToRepository(root)) {
    const file = resolve(directory, path);
    const isInside = file.startsWith(`${directory}/`);
    const lines = isInside ? (await files.readText(file))?.split("\n") : undefined;
    if (lines && (quoted === undefined || lines[line - 1]?.trim() === quoted)) return file;
    if ((await files.status(`${directory}/.git`)) !== undefined) return undefined;
  }
  return undefined;
}

function upToRepository(root: string): readonly string[] {
  const parent = dirname(root);
  return parent === root ? [root] : [root, ...upToRepository(parent)];
}
