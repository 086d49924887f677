/** The OpenCode of this project, and what it makes of its configuration. */
import { join } from "node:path";
import type { Exit } from "../../core/agent.ts";
import { type Problem, toProblem } from "../../core/error.ts";
import { type AgentMode, agentModes } from "../../core/mode.ts";
import { type AgentRules, parseAgents } from "../../opencode/agent-rules.ts";
import { type Launch, prepareLaunch } from "../../opencode/launch.ts";
import { type LocatedOpencode, locateOpencode } from "../../opencode/locate.ts";
import { type Mirror, mirrorConfig } from "../../opencode/mirror-config.ts";
import { shellName } from "../../opencode/read-only-shell.ts";
import type { CommandResult, Variables } from "../../platform/ports.ts";
import { openRuntimeDirectory } from "../../project/directories.ts";
import { createRunDirectory } from "../../project/run-directory.ts";
import { type DoctorContext, fact } from "../context.ts";
import { shellVariables } from "./project-shell.ts";
import { saidInPty } from "./said-in-pty.ts";
import { projectSettings } from "./settings.ts";

/** The modes that run OpenCode. */
export const opencodeModes = fact(async (context): Promise<readonly AgentMode[]> => {
  const { modes } = (await projectSettings(context)).settings;
  return agentModes.filter((mode) => modes[mode].command === undefined);
});

/** The OpenCode that the modes run, found as they find it. */
export const opencodeProgram = fact(async (context): Promise<LocatedOpencode | Problem> => {
  const { ports, root } = context;
  const [{ settings }, { variables }] = await Promise.all([
    projectSettings(context),
    shellVariables(context),
  ]);
  return locateOpencode(ports, {
    configured: settings.opencode.path,
    projectRoot: root,
    userPath: ports.env["PATH"],
    shellPath: variables["PATH"],
  });
});

export type OpencodeStart = {
  readonly said: string;
  /** Undefined when it did not end in time. */
  readonly exit?: Exit;
  readonly version?: string;
};

/** It starts slowly where the machine is busy; measured 1 s for this, 2 s for its agents. */
const startMs = 4500;

/** What it says of its version in a pseudo-terminal; undefined where there is none. */
export const opencodeStart = fact(async (context): Promise<OpencodeStart | undefined> => {
  const located = await opencodeProgram(context);
  if ("code" in located) return undefined;
  const { variables } = await shellVariables(context);
  return withScratch(context, async (scratch) => {
    const env = { ...quiet(variables), TERM: "xterm-256color", BUN_TMPDIR: scratch };
    const command = { file: located.file, args: ["--version"], env };
    const late = new AbortController();
    const cancelTimer = context.ports.clock.after(startMs * context.patience, () => late.abort());
    const abort = AbortSignal.any([late.signal, context.abort]);
    const { said, exit } = await saidInPty(context, command, abort).finally(cancelTimer);
    const version = /(?:^|\s)v?(\d+\.\d+\.\d+[\w.-]*)\s*$/u.exec(said.trim())?.[1];
    return { said, ...(exit ? { exit } : {}), ...(version === undefined ? {} : { version }) };
  });
});

function quiet(variables: Variables): Variables {
  return {
    ...variables,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
  };
}

/** The agent of a mode as OpenCode resolves it with our configuration over the user's. */
export type ExaminedAgent =
  /** `writes`: lines with which the shell of a read-only mode wrote. */
  | {
      readonly type: "known";
      /** The one that is meant to run. */
      readonly name: string;
      readonly agents: readonly AgentRules[];
      readonly writes: readonly string[];
    }
  /** The mode would not start: its settings are wrong. */
  | { readonly type: "refused"; readonly problem: Problem }
  /** OpenCode does not say what the agent may do; `words` is what it says. */
  | { readonly type: "silent"; readonly end: CommandResult["end"]; readonly words: string };

/** By mode. */
export type ExaminedModes = ReadonlyMap<AgentMode, ExaminedAgent>;

/** Asks OpenCode of plan and review, and of build where something speaks of it alone. */
export const examinedModes = fact(async (context): Promise<ExaminedModes> => {
  const located = await opencodeProgram(context);
  if ("code" in located) return new Map();
  const modes = await opencodeModes(context);
  const wanted = await Promise.all(
    modes.map(async (mode) => mode !== "build" || (await hasOwnConfig(context, mode))),
  );
  const asked = modes.filter((_, index) => wanted[index]);
  const { variables } = await shellVariables(context);
  return withScratch(context, async (scratch) => {
    const mirror = await mirrorConfig(context.ports, {
      root: context.root,
      environment: variables,
      into: scratch,
    });
    const place = { context, mirror, located, scratch };
    const examined = await Promise.all(
      asked.map(async (mode) => [mode, await examine(place, mode)] as const),
    );
    return new Map(examined);
  });
});

/** What plan and review say of the configuration that all share holds for build, too. */
async function hasOwnConfig(context: DoctorContext, mode: AgentMode): Promise<boolean> {
  const { ports, root } = context;
  const { agent, env } = (await projectSettings(context)).settings.modes[mode];
  if (agent !== undefined || Object.keys(env).length > 0) return true;
  const file = join(root, ".opencode", `opencode.${mode}.json`);
  return (await ports.files.status(file)) !== undefined;
}

type Place = {
  readonly context: DoctorContext;
  readonly mirror: Mirror;
  readonly located: LocatedOpencode;
  readonly scratch: string;
};

async function examine(place: Place, mode: AgentMode): Promise<ExaminedAgent> {
  const { context, mirror, scratch } = place;
  const { settings } = await projectSettings(context);
  const data = join(scratch, "data", mode);
  try {
    const launch = await prepareLaunch(context.ports, {
      mode,
      settings: settings.modes[mode],
      project: mirror,
      directories: { run: scratch, data },
      port: 0,
      password: context.ports.randomText(24),
      environment: { ...mirror.environment, AI_RULES_MODE: mode },
      opencode: place.located,
    });
    const shell = join(data, "read-only", shellName);
    const [said, writes] = await Promise.all([
      askAgents(place, launch),
      mode === "build" ? [] : writesOfShell(place, { shell, mode, env: launch.env }),
    ]);
    if (!("agents" in said)) return said;
    return { type: "known", name: launch.agentName, agents: said.agents, writes };
  } catch (error) {
    return { type: "refused", problem: toProblem(error) };
  }
}

/** The list of all agents comes sooner than the details of one. */
async function askAgents({ context, mirror }: Place, { file, cwd, env }: Launch) {
  const { end, exit, stdout, stderr } = await context.run({
    file,
    args: ["agent", "list", "--pure"],
    cwd,
    env,
    timeoutMs: startMs * context.patience,
  });
  const agents = end === "exited" && exit.code === 0 ? parseAgents(stdout) : [];
  if (agents.length > 0) return { agents };
  return { type: "silent" as const, end, words: mirror.original(stderr.trim() || stdout) };
}

/** Lines that OpenCode lets through, as it finds no command in them, and that would write. */
const writingLines = [
  "echo x > FILE",
  "cd . > FILE",
  "{ git log; } > FILE",
  "sort -o FILE /dev/null",
  "find FILE -delete",
] as const;

type ShellTrial = {
  readonly shell: string;
  readonly mode: AgentMode;
  readonly env: Variables;
};

/** Tries to write with the shell of a read-only mode; returns the lines that did. */
async function writesOfShell(
  { context, scratch }: Place,
  { shell, mode, env }: ShellTrial,
): Promise<readonly string[]> {
  const { files } = context.ports;
  const tried = await Promise.all(
    writingLines.map(async (line, index) => {
      const path = join(scratch, `${mode}-${index}`);
      const text = "as it was\n";
      await files.writeAtomically(path, text);
      const args = ["-c", line.replace("FILE", path)];
      await context.run({ file: shell, args, cwd: scratch, env, timeoutMs: 2000 });
      return (await files.readText(path)) === text ? [] : [line];
    }),
  );
  return tried.flat();
}

/** Runs something with a directory of its own, which is gone afterwards. */
async function withScratch<T>(
  context: DoctorContext,
  act: (directory: string) => Promise<T>,
): Promise<T> {
  const { ports, cleanups } = context;
  context.abort.throwIfAborted();
  const made = openRuntimeDirectory(ports).then((place) => createRunDirectory(ports, place));
  const removeSurely = async () => {
    const { remove } = await made;
    // What still ends may write there a little longer.
    await remove().catch(() => remove().catch(() => {}));
  };
  // Also while it is being made: it would be there when the examination is over.
  cleanups.add(removeSurely);
  try {
    const { path } = await made;
    return await act((await ports.files.realPath(path)) ?? path);
  } finally {
    await removeSurely().finally(() => cleanups.delete(removeSurely));
  }
}
