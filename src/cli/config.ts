/** `ai-rules config`, `config schema`, `config edit`: the settings, and where each comes from. */
import { join, resolve } from "node:path";
import { AiRulesError } from "../core/error.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import { createKeymap } from "../keys/keymap.ts";
import { runForeground } from "../platform/foreground.ts";
import type { Ports } from "../platform/ports.ts";
import { explainSettings } from "../project/explain-settings.ts";
import { findProjectRoot } from "../project/root.ts";
import { loadSettings } from "../project/settings.ts";
import type { OptionValues } from "./arguments.ts";
import type { CommandName } from "./commands.ts";
import { editSettings } from "./config-edit.ts";
import { saidElsewhere } from "./config-models.ts";
import { configReport } from "./config-report.ts";
import type { ConfigReport } from "./config-report-schema.ts";
import { configTable, shortPath } from "./config-text.ts";
import { jsonText } from "./models-report.ts";
import { placed } from "./placed.ts";
import type { Tools } from "./run-job.ts";

export type ConfigInvocation = {
  readonly command: Extract<CommandName, "config" | `config ${string}`>;
  readonly options: OptionValues;
};

/** Runs one of the commands; resolves to the exit code. */
export async function config(
  tools: Pick<Tools, "ports" | "console">,
  { command, options }: ConfigInvocation,
  cwd: string,
): Promise<number> {
  const { ports, console } = tools;
  if (command === "config schema") {
    console.out([await settingsSchemaText(ports)]);
    return 0;
  }
  const root = (await findProjectRoot(ports, resolve(cwd, options.cwd ?? ""))).path;
  if (command === "config edit")
    return editSettings({ ...tools, run: runForeground }, { root, options });
  return show(tools, { root, options });
}

type Request = { readonly root: string; readonly options: OptionValues };

async function show(
  { ports, console }: Pick<Tools, "ports" | "console">,
  { root, options }: Request,
): Promise<number> {
  const { settings } = await loadSettings(ports, root);
  const elsewhere = await saidElsewhere(ports, { root, settings });
  const report = configReport({
    root,
    explained: await explainSettings(ports, root),
    elsewhere,
    keyProblems: createKeymap(settings.keys).problems,
    secrets: options.secrets === true,
  });
  const { home } = ports.host;
  if (options.json) console.out([jsonText(report)]);
  else console.out(configTable(report, { ...console, home }));
  if (!options.json) {
    for (const problem of report.problems) console.note(problemLine(problem, { root, home }));
    if (elsewhere.note !== undefined) console.note(`note: ${elsewhere.note}`);
  }
  return report.problems.some(({ level }) => level === "error") ? 1 : 0;
}

function problemLine(
  { level, message, remedy, file, line, column }: ConfigReport["problems"][number],
  bases: { readonly root: string; readonly home: string },
): string {
  const position =
    file === undefined
      ? {}
      : { position: { file: shortPath(file, bases), ...withoutUndefined({ line, column }) } };
  return `${level}: ${placed({ message, ...position })}; fix: ${remedy}`;
}

/** As it is shipped. Throws AiRulesError `run/incomplete` where it is not. */
async function settingsSchemaText({ files, host }: Pick<Ports, "files" | "host">): Promise<string> {
  const path = join(host.installation, "profiles", "ai-rules.schema.json");
  const text = await files.readText(path);
  if (text !== undefined) return text.trimEnd();
  throw new AiRulesError({
    code: "run/incomplete",
    message: `${path} is not there`,
    remedy: "install ai-rules anew",
  });
}
