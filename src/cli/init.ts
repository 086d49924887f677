/**
 * `ai-rules init`: looks, tells what it would write and asks, writes it as one deed, tells what is
 * next. What a killed run left is completed or taken away first.
 */
import { basename, dirname, join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { printable } from "../core/text.ts";
import {
  clear,
  hasBegun,
  journalName,
  recover,
  type Site,
  stagingDirectory,
  wasInterrupted,
  writeFailure,
} from "../profiles/setup/transaction.ts";
import { directoriesOf, openRuntimeDirectory, projectDirectory } from "../project/directories.ts";
import { acquireLock } from "../project/lock.ts";
import type { OptionValues } from "./arguments.ts";
import { generate, generatorOf } from "./init-generator.ts";
import { repositoryOf, showToGit } from "./init-git.ts";
import { surveyTooling, type Tooling } from "./init-missing.ts";
import { findPlace, makeContainer, type Place, removeEmptyContainers } from "./init-place.ts";
import { type Prepared, prepare } from "./init-prepare.ts";
import { type InitRequest, readInitRequest, titleOf } from "./init-request.ts";
import { type Run, settle } from "./init-settle.ts";
import { type Survey, surveyProject } from "./init-survey.ts";
import { movesOf, writeDirectly, writeElsewhere, writeHere } from "./init-write.ts";
import { exitCodeOfSignal, interruptible, type Tools } from "./run-job.ts";

export type InitInvocation = {
  readonly arguments: readonly string[];
  readonly options: OptionValues;
};

/** Resolves to the exit code. */
export async function init(tools: Tools, invocation: InitInvocation, cwd: string): Promise<number> {
  const request = await readInitRequest(tools.ports.files, invocation, cwd);
  const { code, signal } = await interruptible(tools, async (abort) => {
    try {
      return { code: await runLocked({ ...tools, abort, request, cwd }) };
    } catch (error) {
      if (abort.aborted && isAbort(error)) return { code: undefined };
      throw error;
    }
  });
  if (code !== undefined) return code;
  tools.console.note("interrupted: nothing was written");
  return exitCodeOfSignal(signal);
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

/** Where a project is, and where its journal is kept. */
function siteOf({ ports }: Run, root: string): Site {
  const directory = projectDirectory(directoriesOf(ports), root);
  return { root, journal: join(directory, journalName) };
}

/** One init a directory at a time; who only looks needs no lock. */
async function runLocked(run: Run): Promise<number> {
  const { ports, request } = run;
  const place = await findPlace(ports.files, request.directory);
  if (request.looksOnly) return runAt(run, place);
  const release = await lock(ports, place);
  try {
    // Another one may have made it while this one waited.
    return await runAt(run, await findPlace(ports.files, request.directory));
  } finally {
    await release();
  }
}

/** Throws AiRulesError `run/already-running`. */
async function lock(ports: Tools["ports"], place: Place): Promise<() => Promise<void>> {
  const runtimeDirectory = await openRuntimeDirectory(ports);
  const roots = place.type === "absent" ? [place.root, place.top] : [place.root];
  const releases: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const each of releases) await each();
  };
  for (const root of new Set(roots)) {
    const taken = await acquireLock(ports, { runtimeDirectory, root, deed: "init" });
    if (taken.type === "held") {
      await release();
      throw new AiRulesError(taken.problem);
    }
    releases.push(taken.release);
  }
  return release;
}

async function runAt(run: Run, place: Place): Promise<number> {
  const { ports, request } = run;
  const { root } = place;
  const tools = surveyTooling(ports, root);
  if (place.type === "present") await finishKilled(run, root);
  const survey = await surveyProject(ports, root, request);
  refuseGenerator(survey, request);
  const tooling = await tools;
  const { generator } = request;
  if (generator !== undefined && !request.looksOnly)
    return runGenerated(run, { place, survey, tooling, generator });
  const prepared = await prepare(ports.files, { root, survey, request });
  return settle(run, { root, prepared, tooling }, () => {
    if (place.type === "present")
      return writeHere(ports, siteOf(run, root), { prepared, abort: run.abort });
    return inContainer(run, place, (container) =>
      writeElsewhere(ports, container, { prepared, abort: run.abort, root }),
    );
  });
}

/** What a killed run left is completed or taken away; who only looks is told. */
async function finishKilled(run: Run, root: string): Promise<void> {
  const { ports, console, request } = run;
  const { files } = ports;
  if (!request.looksOnly) await removeEmptyContainers(files, root);
  const site = siteOf(run, root);
  if (!(await wasInterrupted(files, site))) return;
  if (request.looksOnly) {
    console.note("note: an earlier init was killed here; `ai-rules init` completes it");
    return;
  }
  try {
    const recovery = await recover(files, site);
    if (recovery.type === "completed") {
      console.note("note: an earlier init was killed here; what it had begun is completed");
      for (const path of recovery.beside)
        console.note(`note: ${printable(path)} is beside a file that has changed since`);
      const repository = await repositoryOf(files, root);
      await showToGit(ports, { root, repository, paths: recovery.places });
    }
    await clear(files, site);
  } catch (error) {
    throw writeFailure(error, root);
  }
}

function refuseGenerator({ deed, profile }: Survey, request: InitRequest): void {
  if (request.generator === undefined) return;
  if (deed !== "create")
    throw new AiRulesError({
      code: "usage/generator",
      message: `--generator makes a new application, and ${titleOf(request.directory)} is not empty`,
      remedy: "leave it out, or name a directory that is not there yet",
    });
  generatorOf(profile, request.generator);
}

async function inContainer<T>(
  { ports }: Run,
  place: Extract<Place, { readonly type: "absent" }>,
  deed: (container: Awaited<ReturnType<typeof makeContainer>>) => Promise<T>,
): Promise<T> {
  const container = await makeContainer(ports.files, place);
  try {
    return await deed(container);
  } finally {
    await container.remove();
  }
}

type Generated = {
  readonly place: Place;
  readonly survey: Survey;
  readonly tooling: Tooling;
  /** Its name, or "" for the profile's first. */
  readonly generator: string;
};

/** The generator makes the application first; the profile's files are merged into what it made. */
async function runGenerated(run: Run, what: Generated): Promise<number> {
  const { place, survey, tooling } = what;
  const { ports, abort, request, console } = run;
  const { files } = ports;
  const { root } = place;
  const make = async (workshop: string, into: string): Promise<Prepared> => {
    await generate(ports, {
      generator: generatorOf(survey.profile, what.generator),
      files: survey.files,
      application: survey.application ?? basename(root),
      into,
      workshop,
      nix: tooling.nix,
      abort,
      tell: console.note,
    });
    return prepare(files, { root: into, survey, request });
  };
  if (place.type === "absent")
    return inContainer(run, place, async (container) => {
      await files.makeDirectory(dirname(container.root), 0o777);
      const prepared = await make(container.path, container.root);
      return settle(run, { root, prepared, tooling }, () =>
        writeElsewhere(ports, container, { prepared, abort, root }),
      );
    });
  const site = siteOf(run, root);
  const staging = stagingDirectory(root);
  try {
    await files.makeDirectory(staging, 0o777);
    const made = join(staging, "project");
    const prepared = await make(staging, made);
    return await settle(run, { root, prepared, tooling }, async () => {
      await writeDirectly(files, made, prepared);
      const record = prepared.files.slice(-1);
      const moves = await movesOf(files, made);
      const rest = { root, files: record, disk: new Map<string, never>() };
      return writeHere(ports, siteOf(run, root), { prepared: rest, abort, moves });
    });
  } finally {
    if (!(await hasBegun(files, site))) await clear(files, site);
  }
}
