/** What a project has at the paths of a plan. Links are followed as long as they stay in the project. */
import { dirname, join, relative, sep } from "node:path";
import type { Files } from "../../platform/ports.ts";
import type { Found } from "./plan.ts";

export type DiskEntry = {
  readonly found: Found;
  /** Where the text really is or would be: absolute, links followed. */
  readonly place: string;
  /** Permission bits of the file that is there. */
  readonly mode?: number;
};

/** Looks at all paths; `root` is absolute, with its own links resolved. */
export async function readDisk(
  files: Files,
  root: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, DiskEntry>> {
  const directories = new Map<string, Promise<Located>>();
  const look = (directory: string): Promise<Located> => {
    const known = directories.get(directory);
    if (known) return known;
    const located = locateDirectory(files, { root, directory, look });
    directories.set(directory, located);
    return located;
  };
  const entries = await Promise.all(
    paths.map(async (path) => [path, await readEntry(files, { root, path, look })] as const),
  );
  return new Map(withoutTwins(entries));
}

type Located = { readonly place: string } | { readonly why: string };

type Look = (directory: string) => Promise<Located>;

async function locateDirectory(
  files: Files,
  {
    root,
    directory,
    look,
  }: { readonly root: string; readonly directory: string; readonly look: Look },
): Promise<Located> {
  if (directory === ".") return { place: root };
  const above = await look(dirname(directory));
  if ("why" in above) return above;
  const path = join(above.place, directory.slice(directory.lastIndexOf("/") + 1));
  const target = await followed(files, { root, path });
  if ("why" in target) return target;
  const status = await files.status(target.place);
  if (status && status.kind !== "directory") return { why: `${directory} is no directory` };
  return target;
}

/** The path itself, or what a link at its place leads to. */
async function followed(
  files: Files,
  { root, path }: { readonly root: string; readonly path: string },
): Promise<Located> {
  if ((await files.readLink(path)) === undefined) return { place: path };
  const real = await files.realPath(path);
  const name = relative(root, path);
  if (real === undefined) return { why: `${name} is a link to nothing` };
  return isInside(root, real)
    ? { place: real }
    : { why: `${name} is a link to outside of the project` };
}

function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`);
}

async function readEntry(
  files: Files,
  { root, path, look }: { readonly root: string; readonly path: string; readonly look: Look },
): Promise<DiskEntry> {
  const place = join(root, path);
  try {
    const directory = await look(dirname(path));
    if ("why" in directory) return unusable(place, directory.why);
    const own = join(directory.place, path.slice(path.lastIndexOf("/") + 1));
    const target = await followed(files, { root, path: own });
    if ("why" in target) return unusable(place, target.why);
    return await readFile(files, target.place);
  } catch {
    return unusable(place, "it cannot be read");
  }
}

async function readFile(files: Files, place: string): Promise<DiskEntry> {
  const status = await files.status(place);
  if (!status) return { found: { type: "absent" }, place };
  if (status.kind === "directory") return unusable(place, "it is a directory");
  if (status.kind !== "file") return unusable(place, "it is no ordinary file");
  const text = await files.readText(place);
  if (text === undefined) return { found: { type: "absent" }, place };
  // What is no UTF-8 would not come back as it was (U+FFFD stands for each such byte).
  if (/[\0\uFFFD]/.test(text)) return unusable(place, "it is no UTF-8 text");
  return { found: { type: "text", text }, place, mode: status.mode };
}

function unusable(place: string, why: string): DiskEntry {
  return { found: { type: "unusable", why }, place };
}

/** Two paths that links lead to one file would be written one over the other. */
function withoutTwins(
  entries: readonly (readonly [string, DiskEntry])[],
): readonly (readonly [string, DiskEntry])[] {
  const first = new Map<string, string>();
  return entries.map(([path, entry]) => {
    const other = first.get(entry.place);
    if (other === undefined || entry.found.type !== "text") {
      first.set(entry.place, other ?? path);
      return [path, entry];
    }
    return [path, unusable(entry.place, `it is the same file as ${other}`)];
  });
}
