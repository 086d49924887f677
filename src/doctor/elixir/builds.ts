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

/** The Erlang machines in this project that run Mix, and where each builds. */
async function mixProcesses({ ports, root }: DoctorContext): Promise<readonly MixProcess[]> {
  const beams = (await ports.processes.list()).filter(({ command }) =>
    /\bbeam\.smp\b/u.test(command),
  );
  const found = await Promise.all(beams.map((beam) => mixProcess(ports, { beam, root })));
  return found.filter((each) => each !== undefined);
}

async function mixProcess(
  { files }: Ports,
  { beam: { pid, command }, root }: { readonly beam: ProcessInfo; readonly root: string },
): Promise<MixProcess | undefined> {
  const task = mixTask(command);
  if (task === undefined) return undefined;
  try {
    const cwd = await files.readLink(`/proc/${pid}/cwd`);
    if (cwd !== root) return undefined;
    const variables = parseVariables((await files.readText(`/proc/${pid}/environ`)) ?? "");
    const { MIX_BUILD_PATH: path = "", MIX_BUILD_ROOT: top = "", MIX_ENV: env } = variables;
    return { pid, build: [path, top, env ?? usualEnv(task)].join("\n") };
  } catch {
    // Another user's.
    return undefined;
  }
}

/** "test" of `beam.smp ... -extra /usr/bin/mix test`; undefined where it is not Mix, such as a language server. */
function mixTask(command: string): string | undefined {
  const words = command.split(" ");
  const at = words.findIndex((word) => /(?:^|\/)mix$/u.test(word));
  return at < 0 ? undefined : (words[at + 1] ?? "");
}

/** `mix test` builds for itself (Mix, `:default_env` and preferred environments). */
function usualEnv(task: string): string {
  return task === "test" ? "test" : "dev";
}
