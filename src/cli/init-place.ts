/**
 * Where `ai-rules init` works. A directory that is there gets its files by a transaction; one that is
 * not is made whole under another name beside it, and then renamed.
 */
import { basename, dirname, join, relative } from "node:path";
import { AiRulesError } from "../core/error.ts";
import type { Files } from "../platform/ports.ts";
import { writeFailure } from "../profiles/setup/transaction.ts";

export type Place =
  | { readonly type: "present"; readonly root: string }
  | {
      readonly type: "absent";
      /** The directory to be; links above it are resolved. */
      readonly root: string;
      /** The first directory on the way to it that is missing. */
      readonly top: string;
    };

/** Finds out whether a directory is there. Throws AiRulesError `project/in-the-way`. */
export async function findPlace(files: Files, directory: string): Promise<Place> {
  const status = await files.status(directory).catch(() => undefined);
  if (status?.kind === "directory")
    return { type: "present", root: (await files.realPath(directory)) ?? directory };
  if (status || (await files.readLink(directory).catch(() => undefined)) !== undefined)
    throw inTheWay(directory);
  const parent = dirname(directory);
  const above = await findPlace(files, parent);
  const root = join(above.root, basename(directory));
  return { type: "absent", root, top: above.type === "absent" ? above.top : root };
}

export type Container = {
  /** It is thrown away with all that is still in it. */
  readonly path: string;
  /** Where the project is made. */
  readonly root: string;
  /** Gives the project its name: it is there from one moment to the next. */
  readonly open: () => Promise<void>;
  readonly remove: () => Promise<void>;
};

const markName = "made-by-ai-rules-init";

/** A directory beside the one to be, in which the project is made. What a killed run left is taken away. */
export async function makeContainer(
  files: Files,
  { root, top }: Extract<Place, { readonly type: "absent" }>,
): Promise<Container> {
  const path = containerOf(top);
  const remove = () => files.remove(path);
  const isLeft = (await files.status(path)) !== undefined;
  const isOurs = (await files.status(join(path, markName))) !== undefined;
  if (isLeft && !isOurs && (await files.list(path)).length > 0) throw inTheWay(path);
  try {
    await remove();
    // A directory, since a file would be written under another name first.
    await files.makeDirectory(join(path, markName), 0o777);
  } catch (error) {
    throw writeFailure(error, dirname(top));
  }
  const project = join(path, "project");
  return {
    path,
    root: join(project, relative(top, root)),
    open: async () => {
      try {
        await files.rename(project, top);
      } catch (error) {
        // Somebody else has made it meanwhile.
        if ((await files.status(top)) !== undefined) throw inTheWay(top);
        throw error;
      }
    },
    remove,
  };
}

function containerOf(top: string): string {
  return join(dirname(top), `.${basename(top)}.ai-rules-new`);
}

/**
 * Takes away what is left of a run that was killed just after a project had got its name: a container
 * with nothing but our mark in it. It stands beside the project, or beside a directory above it.
 */
export async function removeEmptyContainers(files: Files, root: string): Promise<void> {
  for (let top = root; dirname(top) !== top; top = dirname(top)) {
    const path = containerOf(top);
    const names = await files.list(path).catch(() => []);
    // Who may not write there leaves it to somebody who may.
    if (names.length === 1 && names[0] === markName) await files.remove(path).catch(() => {});
  }
}

function inTheWay(path: string): AiRulesError {
  return new AiRulesError({
    code: "project/in-the-way",
    message: `${path} is there already, and it is not a project's directory`,
    remedy: "move it away, or name another directory",
  });
}
