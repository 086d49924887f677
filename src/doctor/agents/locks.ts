import { type AgentMode, agentModes } from "../../core/mode.ts";
import { writingAllowed } from "../../opencode/agent-rules.ts";
import { findProgram } from "../../opencode/find-program.ts";
import { agentOf } from "../../opencode/mode-config.ts";
import { isReadOnly } from "../../opencode/read-only.ts";
import { type Check, type Finding, findingOf, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import {
  type ExaminedAgent,
  examinedModes,
  opencodeModes,
  opencodeProgram,
} from "../facts/opencode.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** Asks the real OpenCode, with the configuration of the modes; no model is needed for it. */
export const locksCheck: Check = {
  id: "agents-locks",
  group: "agents",
  title: "the agents are there, and those of plan and review cannot write",
  timeoutMs: 5000,
  run: async (context) => {
    const modes = await opencodeModes(context);
    if (modes.length === 0) return [skip("no mode runs OpenCode")];
    if ("code" in (await opencodeProgram(context))) return [skip("there is no OpenCode to ask")];
    const examined = [...(await examinedModes(context))];
    const findings = [
      ...examined.flatMap(([mode, each]) => findingsOf(context, mode, each)),
      ...(await missingShell(context, modes)),
    ];
    if (findings.length > 0) return findings;
    const locked = examined.map(([mode]) => mode).filter(isReadOnly);
    return locked.length === 0
      ? [skip("no read-only mode runs OpenCode")]
      : [ok(`${locked.join(" and ")} cannot write: OpenCode refuses it, and so does their shell`)];
  },
};

function findingsOf(
  context: DoctorContext,
  mode: AgentMode,
  examined: ExaminedAgent,
): readonly Finding[] {
  switch (examined.type) {
    case "refused":
      return [findingOf(examined.problem, { status: "fail", root: context.root })];
    case "silent":
      return silence(mode, examined);
    case "known":
      return knownFindings(mode, examined);
    default:
      return examined satisfies never;
  }
}

type Known = Extract<ExaminedAgent, { type: "known" }>;

function knownFindings(mode: AgentMode, { name, agents, writes }: Known): readonly Finding[] {
  if (!agents.some((agent) => agent.name === name)) return [missingAgent(mode, name)];
  const others = agentModes.filter(
    (other) => other !== name && agents.some((agent) => agent.name === other),
  );
  const unlocked = others.length > 0 ? [notLocked(mode, others)] : [];
  if (!isReadOnly(mode)) return unlocked;
  const writing = agents
    .filter((agent) => !isHidden(agent.name) && !others.some((other) => other === agent.name))
    .flatMap((agent) => {
      const allowed = writingAllowed(agent.rules);
      return allowed.length > 0 ? [mayWrite(mode, agent.name, allowed)] : [];
    });
  return [...unlocked, ...writing, ...(writes.length > 0 ? [unlockedShell(mode, writes)] : [])];
}

/** OpenCode's own agents, which get no tools. */
function isHidden(name: string): boolean {
  return name === "title" || name === "summary" || name === "compaction";
}

function missingAgent(mode: AgentMode, name: string): Trouble {
  return {
    status: "fail",
    code: "opencode/agent-missing",
    found: `OpenCode has no agent ${name} for ${mode}, with the configuration that ai-rules gives it`,
    why: "it falls back to another agent without a word, and that one may write",
    remedy: "see what else configures it: `opencode debug config`, and /etc/opencode",
  };
}

function notLocked(mode: AgentMode, others: readonly string[]): Trouble {
  return {
    status: "fail",
    code: "opencode/agent-not-locked",
    found: `${mode} can be switched to ${others.join(" and ")}: something enables them again`,
    why: "a key, or an agent by itself, can then change what the mode is allowed to do",
    remedy:
      "look for what sets OPENCODE_CONFIG_CONTENT, and for managed settings: `ls /etc/opencode`",
  };
}

function silence(
  mode: AgentMode,
  { end, words }: Extract<ExaminedAgent, { type: "silent" }>,
): readonly Finding[] {
  // The check of the configuration tells it.
  if (/Configuration is invalid|is not valid JSON/u.test(words)) return [];
  // On a busy machine nothing is wrong with that; one that hangs is told of by another check.
  if (end === "timed-out" || end === "cancelled")
    return [
      skip(
        `OpenCode did not say in time what ${mode} may do; alone there is more time for it: \`ai-rules doctor agents-locks\``,
      ),
    ];
  return [
    {
      status: "warn",
      code: "opencode/agent-unknown",
      found: `OpenCode does not say what ${mode} may do`,
      why: "whether it can write is not known",
      remedy: "try it alone: `ai-rules doctor --only agents-locks`",
      ...(words === "" ? {} : { detail: words }),
    },
  ];
}

function mayWrite(mode: AgentMode, name: string, allowed: readonly string[]): Trouble {
  const who = name === mode ? mode : `the agent ${name} of ${mode}`;
  return {
    status: "fail",
    code: "opencode/not-read-only",
    found: `${who} may write: ${allowed.join(", ")}`,
    why: "its agent is meant to read only, and something outside ai-rules weakens that",
    remedy:
      "look for what sets OPENCODE_CONFIG_CONTENT or OPENCODE_PERMISSION, for /etc/opencode, and at `opencode --version`",
  };
}

function unlockedShell(mode: AgentMode, lines: readonly string[]): Trouble {
  return {
    status: "fail",
    code: "opencode/shell-writes",
    found: `the shell of ${mode} wrote a file: ${lines.join("; ")}`,
    why: "it is meant to refuse that, whatever the agent asks for",
    remedy: "look at the bash that comes first: `command -v bash && bash --version`",
  };
}

/** Their shell is bash in its restricted mode. */
async function missingShell(
  context: DoctorContext,
  modes: readonly AgentMode[],
): Promise<readonly Trouble[]> {
  const locked = modes.filter(isReadOnly);
  const { variables } = await shellVariables(context);
  const place = { path: variables["PATH"] ?? "", cwd: context.root };
  if (locked.length === 0 || (await findProgram(context.ports, "bash", place))) return [];
  const { settings } = await projectSettings(context);
  const names = locked.map((mode) => agentOf(mode, settings.modes[mode]));
  return [
    {
      status: "fail",
      code: "opencode/no-bash",
      found: "there is no bash on PATH",
      why: `${names.join(" and ")} can run no command without it, not even \`git diff\``,
      remedy: "add pkgs.bash to the development shell in flake.nix, or install bash",
    },
  ];
}
