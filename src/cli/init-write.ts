/** Carries a plan out: into a project that is there, or into one that is made elsewhere first. */
import { dirname, join, relative } from "node:path";
import { AiRulesError } from "../core/error.ts";
import type { Files, Ports } from "../platform/ports.ts";
import type { PlannedFile } from "../profiles/setup/plan.ts";
import { recordPath } from "../profiles/setup/record.ts";
import {
  type Change,
  clear,
  commit,
  hasBegun,
  type Move,
  ownDirectory,
  type Site,
  stage,
  writeFailure,
} from "../profiles/setup/transaction.ts";
import { type GitWork, repositoryOf, showToGit } from "./init-git.ts";
import type { Container } from "./init-place.ts";
import type { Prepared } from "./init-prepare.ts";

type Machine = Pick<Ports, "files" | "run" | "env">;

type Planned = Pick<Prepared, "root" | "files" | "disk">;

type Work = {
  readonly prepared: Planned;
  readonly abort: AbortSignal;
};

/** Writes into a project that is there. Breaks off only before the first file is in its place. */
export async function writeHere(
  ports: Machine,
  site: Site,
  { prepared, abort, moves = [] }: Work & { readonly moves?: readonly Move[] },
): Promise<GitWork> {
  const { files } = ports;
  const { root } = site;
  const transaction = { changes: changesOf(prepared), moves };
  try {
    await stage(files, root, transaction);
    abort.throwIfAborted();
    await commit(files, site, transaction);
  } catch (error) {
    // What has begun is completed by the next run.
    if (!(await hasBegun(files, site))) await clear(files, site).catch(() => {});
    throw writeFailure(error, root);
  }
  const git = await showToGit(ports, {
    root,
    repository: await repositoryOf(files, root),
    paths: writtenPaths(prepared, moves),
  });
  await clear(files, site);
  return git;
}

/** Writes a project that nobody sees yet, then gives it its name. */
export async function writeElsewhere(
  ports: Machine,
  container: Container,
  { prepared, abort, root }: Work & { readonly root: string },
): Promise<GitWork> {
  const { files } = ports;
  // A generator may have made more than what is planned.
  const paths = [".", ...writtenPaths(prepared, [])];
  try {
    await writeDirectly(files, container.root, prepared);
  } catch (error) {
    throw writeFailure(error, dirname(root));
  }
  const repository = await repositoryOf(files, dirname(container.root));
  if (repository !== undefined) {
    abort.throwIfAborted();
    await container.open();
    return showToGit(ports, { root, repository, paths });
  }
  const git = await showToGit(ports, { root: container.root, repository, paths });
  abort.throwIfAborted();
  await container.open();
  return { ...git, repository: git.repository && root };
}

/** Writes into a directory that nobody sees yet. */
export async function writeDirectly(files: Files, root: string, prepared: Planned): Promise<void> {
  for (const { place, after, mode } of changesOf(prepared)) {
    if (after === undefined) continue;
    const path = join(root, place);
    await files.makeDirectory(dirname(path), 0o777);
    await files.writeAtomically(path, after, mode ?? 0o666);
  }
}

/** What a generator made in the staging directory, for an empty project: each goes where it belongs. */
export async function movesOf(files: Files, made: string): Promise<readonly Move[]> {
  const names = (await files.list(made)).filter((name) => name !== ownDirectory);
  return names.map((name) => ({ from: `project/${name}`, place: name }));
}

function changesOf({ root, files, disk }: Planned): readonly Change[] {
  return files.flatMap(({ target, action, before, after }): readonly Change[] => {
    if (after === undefined && action !== "remove") return [];
    const entry = disk.get(target);
    if (target === recordPath && entry?.found.type === "unusable") throw inTheWay(entry.found.why);
    const place = relative(root, entry?.place ?? join(root, target));
    return [{ place, before, after, mode: entry?.mode }];
  });
}

function writtenPaths(
  { files }: Pick<Prepared, "files">,
  moves: readonly Move[],
): readonly string[] {
  const written = files.flatMap(({ target, after }: PlannedFile) =>
    after === undefined ? [] : [target],
  );
  return [...written, ...moves.map(({ place }) => place)];
}

function inTheWay(why: string): AiRulesError {
  return new AiRulesError({
    code: "project/in-the-way",
    message: `${recordPath} cannot be written: ${why}`,
    remedy: `move it away: ai-rules keeps there what it wrote`,
  });
}
