import { parseVariables } from "../../nix/variables.ts";
import type { Ports, ProcessInfo } from "../../platform/ports.ts";
import { type Check, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { mixProject } from "../facts/mix-project.ts";

/** Two panes that compile at once share one `_build`. */
export const buildsCheck: Check = {
  id: "elixir-builds",
  group: "elixir",
  title: "no two Mix work on one _build",
  timeoutMs: 3000,
  run: async (context) => {
    if (!(await mixProject(context)).isMix) return [skip("no mix.exs in this project")];
    if (context.ports.host.os !== "linux")
      return [skip("this system does not say where a process works")];
    const running = await mixProcesses(context);
    const shared = [...Map.groupBy(running, ({ build }) => build).values()].find(
      (group) => group.length > 1,
    );
    if (!shared)
      return [ok(running.length === 0 ? "no Mix runs here" : "each Mix has a _build of its own")];
    const pids = shared.map(({ pid }) => pid).join(" and ");
    return [
      {
        status: "warn",
        code: "elixir/build-shared",
        found: `${shared.length} Mix work on one _build: processes ${pids}`,
        why: "from Elixir 1.18 on one waits for the other (`Waiting for lock on the build directory`); before that they break each other's files",
        remedy: `give one a directory of its own in ai-rules.json: "modes": {"review": {"env": {"MIX_BUILD_ROOT": "_build/review"}}}`,
      },
    ];
  },
};

type MixProcess = { readonly pid: number; readonly build: string };

/** The Erlang machines below this project that run Mix, and where each builds. */
async function mixProcesses({ ports, root }: DoctorContext): Promise<readonly MixProcess[]> {
  const beams = (await ports.processes.list()).filter(({ command }) =>
    /\bbeam\.smp\b.*(?:\/mix\b|\bmix_elixir\b|-extra .*\bmix\b)/u.test(command),
  );
  const found = await Promise.all(beams.map((beam) => mixProcess(ports, { beam, root })));
  return found.filter((each) => each !== undefined);
}

async function mixProcess(
  { files }: Ports,
  { beam: { pid }, root }: { readonly beam: ProcessInfo; readonly root: string },
): Promise<MixProcess | undefined> {
  try {
    const cwd = await files.readLink(`/proc/${pid}/cwd`);
    if (cwd !== root) return undefined;
    const variables = parseVariables((await files.readText(`/proc/${pid}/environ`)) ?? "");
    const names = ["MIX_BUILD_PATH", "MIX_BUILD_ROOT", "MIX_ENV"];
    return { pid, build: names.map((name) => variables[name] ?? "").join("\n") };
  } catch {
    // Another user's.
    return undefined;
  }
}
