/**
 * Values that a project, its runtimes and the program have for arguments and options. It has to be
 * quick, since somebody holds the tab key: no Nix, no shell hook, no request that loads a model, and
 * runtimes that do not answer at once are left out.
 */
import { join, resolve } from "node:path";
import { agentModes } from "../core/mode.ts";
import { runtimeKinds, runtimeTitles } from "../core/runtime.ts";
import { shellNamesIn } from "../nix/written-shells.ts";
import type { Ports } from "../platform/ports.ts";
import { generatorNames, profileNames } from "../profiles/profile.ts";
import { directoriesOf, projectDirectory } from "../project/directories.ts";
import { type KnownModel, readKnownModels, rememberModels } from "../project/known-models.ts";
import { readPicks } from "../project/picks.ts";
import { findProjectRoot } from "../project/root.ts";
import { loadSettings } from "../project/settings.ts";
import { runtimeAddresses } from "../runtimes/addresses.ts";
import { installedSoon } from "../runtimes/installed-soon.ts";
import type { Candidate, CompletionRequest } from "./completion-request.ts";
import { completionShells } from "./completion-script.ts";
import { knownModels } from "./known-models.ts";

/** The shell completes names of directories by itself. */
export type Values = { readonly candidates: readonly Candidate[]; readonly directories: boolean };

export type ValuePorts = Pick<Ports, "clock" | "files" | "network" | "env" | "host">;

/** The values of all that is wanted. */
export async function completionValues(
  ports: ValuePorts,
  request: CompletionRequest,
  cwd: string,
): Promise<Values> {
  const home = ports.host.home;
  const wished = request.cwd?.replace(/^~(?=\/|$)/, home) ?? "";
  const scene: Scene = { ports, request, cwd: resolve(cwd, wished) };
  const found = await Promise.all(
    request.values.map((name) => readers[name]?.(scene) ?? Promise.resolve([])),
  );
  return {
    candidates: found.flat(),
    directories: request.values.some((name) => name === "DIR" || name === "--cwd"),
  };
}

type Scene = {
  readonly ports: ValuePorts;
  readonly request: CompletionRequest;
  readonly cwd: string;
};

type Reader = (scene: Scene) => Promise<readonly Candidate[]>;

const plain = (words: readonly string[]): Reader => {
  const candidates = words.map((word) => ({ word }));
  return () => Promise.resolve(candidates);
};

/** By the name of the argument, or by the option. */
const readers: Readonly<Record<string, Reader>> = {
  MODE: plain(agentModes),
  MODEL: models,
  PROFILE: plain(profileNames),
  SHELL: plain(completionShells),
  "--shell": shells,
  ID: checks,
  "--only": checks,
  "--runtime": runtimes,
  "--context": plain(["32k", "64k", "128k"]),
  "--keep-alive": plain(["10m", "30m", "2h", "forever"]),
  "--connect": plain(["input", "copy"]),
  "--generator": plain(generatorNames),
};

/** Loaded only then: the checks are much code. */
async function checks(): Promise<readonly Candidate[]> {
  const { checkNames } = await import("../doctor/checks.ts");
  return checkNames.map((word) => ({ word }));
}

async function shells({ ports, cwd }: Scene): Promise<readonly Candidate[]> {
  const root = (await findProjectRoot(ports, cwd)).path;
  const flake = await ports.files.readText(join(root, "flake.nix"));
  return flake === undefined ? [] : shellNamesIn(flake).map((word) => ({ word }));
}

async function runtimes({ ports, cwd }: Scene): Promise<readonly Candidate[]> {
  const root = (await findProjectRoot(ports, cwd)).path;
  const { settings } = await loadSettings(ports, root);
  const own = Object.entries(settings.runtimes).filter(([, { off }]) => !off);
  const named = own.map(([id, { kind }]) => ({ word: id, help: kind && runtimeTitles[kind] }));
  const kinds = runtimeKinds
    .filter((kind) => settings.runtimes[kind] === undefined)
    .map((kind) => ({ word: kind, help: runtimeTitles[kind] }));
  return [...named, ...kinds].map(({ word, help }) => (help ? { word, help } : { word }));
}

/** What a runtime on this machine answers in. */
const answerMs = 60;

async function models({ ports, request, cwd }: Scene): Promise<readonly Candidate[]> {
  // What is downloaded is not there yet.
  if (request.command === "models pull") return [];
  const root = (await findProjectRoot(ports, cwd)).path;
  const [{ settings }, { saved }, known] = await Promise.all([
    loadSettings(ports, root),
    readPicks(ports, projectDirectory(directoriesOf(ports), root)),
    readKnownModels(ports, root),
  ]);
  const addresses = runtimeAddresses({ settings, variables: ports.env });
  const told = await installedSoon(ports, {
    addresses,
    tokenOf: ({ tokenVariable }) =>
      tokenVariable === undefined ? undefined : ports.env[tokenVariable],
    timeoutMs: answerMs,
  });
  const isTold = ({ ref }: KnownModel) => told.some(({ id }) => ref.startsWith(`${id}/`));
  const all = [...told.flatMap(knownModels), ...known.filter((model) => !isTold(model))];
  if (told.length > 0) await rememberModels(ports, root, all);
  if (request.command === "models unload") return all.filter(({ loaded }) => loaded).map(shown);
  const named = [
    ...agentModes.flatMap((mode) => settings.modes[mode].model ?? []),
    ...(saved?.recent ?? []),
  ];
  const others = [...new Set(named)].filter((name) => !all.some(({ ref }) => ref === name));
  return withShortNames([...all.map(shown), ...others.map((word) => ({ word }))], request);
}

function shown({ ref, note }: KnownModel): Candidate {
  return { word: ref, help: note };
}

/** Who begins with the name of a model, not of its runtime, gets it by its name alone. */
function withShortNames(
  all: readonly Candidate[],
  { typed }: CompletionRequest,
): readonly Candidate[] {
  if (typed === "" || all.some(({ word }) => word.startsWith(typed))) return all;
  return all.map(({ word, help }) => ({ word: word.slice(word.indexOf("/") + 1), help }));
}
