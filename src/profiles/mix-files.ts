/** The mix.exs of a project: its own, and those of the applications in it. */
import { join, relative } from "node:path";
import { printable } from "../core/text.ts";
import type { Files } from "../platform/ports.ts";
import { type MixFile, readMixFile } from "./mix-file.ts";
import { readProjectFile } from "./read-project-file.ts";

export type FoundMixFile = MixFile & {
  /** From the project's root: "mix.exs", "apps/web/mix.exs". */
  readonly file: string;
};

export type MixFiles = {
  /** That of the project's root. */
  readonly own?: FoundMixFile;
  /** Those of an umbrella's applications; without an own one those one folder below the root. */
  readonly others: readonly FoundMixFile[];
  readonly notes: readonly string[];
};

type Reading = {
  readonly files: Pick<Files, "readText" | "status" | "readLink" | "list" | "realPath">;
  readonly root: string;
};

/** Reads all mix.exs of a project. */
export async function findMixFiles(reading: Reading): Promise<MixFiles> {
  const { found: own, note } = await readMix(reading, "mix.exs");
  if (!own && note !== undefined) return { others: [], notes: [note] };
  const folder = own ? own.appsPath : ".";
  const below = folder === undefined ? { others: [], notes: [] } : await inFolders(reading, folder);
  return { ...(own ? { own } : {}), others: below.others, notes: below.notes };
}

async function readMix({ files, root }: Reading, file: string) {
  const { text, note } = await readProjectFile(files, root, file);
  return {
    ...(text === undefined
      ? {}
      : { found: { file: printable(file), ...printed(readMixFile(text)) } }),
    ...(note === undefined ? {} : { note }),
  };
}

/** A quoted name may hold anything; these names are shown. */
function printed(mix: MixFile): MixFile {
  return {
    ...mix,
    ...(mix.application === undefined ? {} : { application: printable(mix.application) }),
    dependencies: mix.dependencies.map((name) => printable(name)),
  };
}

/** Folders that hold the code of others. */
const foreign: ReadonlySet<string> = new Set(["deps", "_build", "node_modules"]);
/** More folders than an umbrella has applications. */
const mostFolders = 300;

async function inFolders(
  reading: Reading,
  folder: string,
): Promise<Pick<MixFiles, "others" | "notes">> {
  const root = (await realPath(reading, ".")) ?? reading.root;
  const start = join(reading.root, folder);
  if (!isBelow(start, reading.root))
    return {
      others: [],
      notes: [`mix.exs has its applications in ${printable(folder)}, outside of the project`],
    };
  const names = (await list(reading, folder)).filter(
    (name) => !name.startsWith(".") && !foreign.has(name),
  );
  const paths = names
    .slice(0, mostFolders)
    .map((name) => relative(reading.root, join(start, name)));
  const real = await Promise.all(paths.map((path) => realPath(reading, path)));
  // A link to the project itself, or to one of the others, is no further application.
  const own = paths.filter((_, index) => {
    const path = real[index];
    return (
      path !== undefined && path !== root && isBelow(path, root) && real.indexOf(path) === index
    );
  });
  const read = await Promise.all(own.map((path) => readMix(reading, join(path, "mix.exs"))));
  return {
    others: read.flatMap(({ found }) => (found ? [found] : [])),
    notes: read.flatMap(({ note }) => (note === undefined ? [] : [note])),
  };
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}

/** What cannot be looked at holds nothing that could be read. */
async function list({ files, root }: Reading, path: string): Promise<readonly string[]> {
  return files.list(join(root, path)).then(
    (names) => names.toSorted(),
    () => [],
  );
}

async function realPath({ files, root }: Reading, path: string): Promise<string | undefined> {
  return files.realPath(join(root, path)).catch(() => undefined);
}
