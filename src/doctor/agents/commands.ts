import { agentModes } from "../../core/mode.ts";
import { findProgram } from "../../opencode/find-program.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** Modes that run something else than OpenCode. */
export const commandsCheck: Check = {
  id: "agents-commands",
  group: "agents",
  title: "the programs that the settings put in OpenCode's place",
  timeoutMs: 2000,
  run: async (context) => {
    const { settings } = await projectSettings(context);
    const findings = await Promise.all(
      agentModes.map(async (mode): Promise<readonly Finding[]> => {
        const { command, env } = settings.modes[mode];
        if (!command) return [];
        const [name = ""] = command;
        const file = await programFile(context, name, env);
        if (file !== undefined) return [ok(`${mode} runs ${file}`)];
        return [
          {
            status: "fail",
            code: "pane/command-not-found",
            found: `${mode} is to run ${name}, which is not on PATH`,
            why: "its pane stays empty",
            remedy: `install ${name}, or correct modes.${mode}.command in ai-rules.json`,
          },
        ];
      }),
    );
    const all = findings.flat();
    return all.length > 0 ? all : [skip("all modes run OpenCode")];
  },
};

async function programFile(
  context: DoctorContext,
  name: string,
  env: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { ports, root } = context;
  const { variables } = await shellVariables(context);
  const path = { ...variables, ...env }["PATH"] ?? "";
  const file = await findProgram(ports, name, { path, cwd: root });
  return file !== undefined && (await ports.files.isExecutable(file)) ? file : undefined;
}
