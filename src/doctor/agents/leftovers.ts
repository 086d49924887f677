import { dirname, join } from "node:path";
import type { Ports } from "../../platform/ports.ts";
import { journalName, wasInterrupted } from "../../profiles/setup/transaction.ts";
import { openRuntimeDirectory, projectDirectory } from "../../project/directories.ts";
import { findLeftovers, sweepLeftovers } from "../../project/leftovers.ts";
import { lockHolder, removeStaleLock, staleLocks } from "../../project/lock.ts";
import { type Check, type Fix, ok, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";

/** What runs that were killed left behind, and what OpenCode leaves on each start of its own. */
export const leftoversCheck: Check = {
  id: "agents-leftovers",
  group: "agents",
  title: "nothing is left of runs that were killed",
  timeoutMs: 4000,
  run: async (context) => {
    const { ports } = context;
    const runtime = await openRuntimeDirectory(ports);
    const [dead, locks, init, temporary, libraries] = await Promise.all([
      findLeftovers(ports, runtime),
      staleLocks(ports, runtime),
      interruptedInit(context, runtime),
      temporaryFiles(context, runtime),
      unpackedLibraries(context),
    ]);
    const findings = [
      ...(dead.processes.length > 0 ? [orphans(dead.processes, runtime)] : []),
      ...(dead.processes.length === 0 && dead.directories.length > 0
        ? [directories(dead.directories, runtime)]
        : []),
      ...(locks.length > 0 ? [stale(locks)] : []),
      ...init,
      ...(temporary.length > 0 ? [halfWritten(temporary)] : []),
      ...libraries,
    ];
    return findings.length > 0 ? findings : [ok("nothing is left of earlier runs")];
  },
};

const remedy = "run `ai-rules doctor --fix`";

function orphans(found: readonly { readonly pid: number }[], runtime: string): Trouble {
  return {
    status: "warn",
    code: "run/orphans",
    found: `processes of a run that was killed live on: ${found.map(({ pid }) => pid).join(", ")}`,
    why: "they keep memory and ports, and may still write",
    remedy: `${remedy}; the next \`ai-rules tui\` ends them, too`,
    fix: sweep(runtime),
  };
}

function directories(found: readonly string[], runtime: string): Trouble {
  return {
    status: "warn",
    code: "run/leftover-directories",
    found: `directories of runs that were killed: ${found.join(", ")}`,
    why: "each holds some 20 MB of OpenCode's libraries",
    remedy: `${remedy}; the next \`ai-rules tui\` removes them, too`,
    fix: sweep(runtime),
  };
}

function sweep(runtime: string): Fix {
  return {
    title: "end the processes of dead runs, and remove their directories",
    apply: async ({ ports }) => void (await sweepLeftovers(ports, runtime)),
  };
}

function stale(paths: readonly string[]): Trouble {
  return {
    status: "warn",
    code: "run/stale-lock",
    found: `locks of runs that are dead: ${paths.join(", ")}`,
    why: "they hold nobody up, and lie around",
    remedy,
    fix: {
      title: `remove ${paths.join(", ")}`,
      apply: async ({ ports }) => {
        for (const path of paths) await removeStaleLock(ports, path);
      },
    },
  };
}

/** Not by `--fix`: it writes files of the project. */
async function interruptedInit(
  { ports, root, directories: own }: DoctorContext,
  runtimeDirectory: string,
): Promise<readonly Trouble[]> {
  const journal = join(projectDirectory(own, root), journalName);
  if (!(await wasInterrupted(ports.files, { root, journal }))) return [];
  if (await lockHolder(ports, { runtimeDirectory, root, deed: "init" })) return [];
  return [
    {
      status: "warn",
      code: "run/init-interrupted",
      found: "an `ai-rules init` was killed in this project",
      why: "some of its files may be in place, and others not",
      remedy: "run `ai-rules init`, which completes it or takes it back",
    },
  ];
}

function halfWritten(paths: readonly string[]): Trouble {
  return {
    status: "warn",
    code: "run/temporary-files",
    found: `files that were not written to their end: ${paths.join(", ")}`,
    why: "the program was killed in between; what they were to replace is whole",
    remedy,
    fix: {
      title: `remove ${paths.join(", ")}`,
      apply: async ({ ports }) => {
        for (const path of paths) await ports.files.remove(path);
      },
    },
  };
}

/** Younger ones may be in the making, in ms. */
const oldMs = 60_000;

/** Our own unfinished files: ".NAME.<12 hex digits>.tmp". */
async function temporaryFiles(context: DoctorContext, runtime: string): Promise<readonly string[]> {
  const { ports, root, directories: own } = context;
  const places = [
    root,
    runtime,
    own.state,
    projectDirectory(own, root),
    dirname(own.userSettings),
    own.environments,
    own.settings,
  ];
  const found = await Promise.all(
    places.map((place) => oldFiles(ports, { place, name: /^\..+\.[0-9a-f]{12}\.tmp$/u, oldMs })),
  );
  return found.flat().map(({ path }) => path);
}

type Search = { readonly place: string; readonly name: RegExp; readonly oldMs: number };

async function oldFiles({ files, clock, host }: Ports, search: Search) {
  const names = await files.list(search.place).catch(() => []);
  const found = await Promise.all(
    names
      .filter((name) => search.name.test(name))
      .map(async (name) => {
        const path = join(search.place, name);
        const status = await files.status(path).catch(() => undefined);
        const isOurs = status?.kind === "file" && status.uid === host.uid;
        const isOld = status !== undefined && clock.now() - status.modifiedMs > search.oldMs;
        return isOurs && isOld ? [{ path, bytes: status.size }] : [];
      }),
  );
  return found.flat();
}

const dayMs = 24 * 60 * 60_000;
const manyBytes = 200 * 1024 ** 2;

/** OpenCode unpacks its libraries at each start and never removes them; below ai-rules they go with the run. */
async function unpackedLibraries({ ports }: DoctorContext): Promise<readonly Trouble[]> {
  const place = ports.env["TMPDIR"] || "/tmp";
  const name = /^\.[0-9a-f]{8,}-[0-9a-f]{8}\.(so|dylib)$/u;
  const found = await oldFiles(ports, { place, name, oldMs: dayMs });
  const bytes = found.reduce((sum, each) => sum + each.bytes, 0);
  if (bytes < manyBytes) return [];
  return [
    {
      status: "warn",
      code: "opencode/libraries-left",
      found: `${found.length} libraries that OpenCode has unpacked to ${place} take ${Math.round(bytes / 1024 ** 2)} MB`,
      why: "an OpenCode that is started without ai-rules leaves some 20 MB each time",
      remedy: `run \`find ${place} -maxdepth 1 -user "$(id -u)" -name ".*-0*.so" -mmin +1440 -delete\``,
    },
  ];
}
