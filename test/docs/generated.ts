/**
 * The parts of the documents that are made from the source. Each stands between two comments, which
 * stay; what is between them is written anew by `npm run docs`.
 */
import { join } from "node:path";
import { initJsonSchema } from "../../src/cli/init-report-schema.ts";
import { modelsJsonSchema } from "../../src/cli/models-report-schema.ts";
import { actionNames, actions } from "../../src/core/action.ts";
import { keyTableMarkdown } from "../../src/keys/key-help.ts";
import { checkList } from "./check-list.ts";
import { commandTable, reportTable } from "./command-tables.ts";
import { errorTable } from "./error-table.ts";
import { settingsTable } from "./settings-table.ts";
import { unusedVariablesTable, variablesTable } from "./variables-table.ts";

export const projectRoot = join(import.meta.dirname, "../..");

export type GeneratedPart = {
  readonly name: string;
  /** From the project's root. */
  readonly file: string;
  readonly make: () => string;
};

export const generatedParts: readonly GeneratedPart[] = [
  { name: "keys", file: "README.md", make: () => keyTableMarkdown() },
  { name: "settings", file: "docs/settings.md", make: settingsTable },
  { name: "actions", file: "docs/settings.md", make: actionList },
  { name: "commands", file: "docs/models.md", make: () => commandTable("models") },
  { name: "report", file: "docs/models.md", make: () => reportTable(modelsJsonSchema()) },
  { name: "commands", file: "docs/init.md", make: () => commandTable("init") },
  { name: "report", file: "docs/init.md", make: () => reportTable(initJsonSchema()) },
  { name: "variables", file: "docs/models.md", make: variablesTable },
  { name: "unused-variables", file: "docs/models.md", make: unusedVariablesTable },
  { name: "checks", file: "docs/doctor.md", make: checkList },
  { name: "errors", file: "docs/errors.md", make: errorTable },
];

/** A document with one of its parts made anew. Throws when it has no place for it. */
export function withPart(document: string, { name, file, make }: GeneratedPart): string {
  const [begin, end] = [`<!-- ${name}: made by \`npm run docs\` -->`, `<!-- /${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`${file} has no place for ${name}: ${begin} ... ${end}`);
  return `${document.slice(0, from + begin.length)}\n\n${make()}\n${document.slice(to)}`;
}

function actionList(): string {
  return `${actionNames.map((name) => `- \`${name}\`: ${actions[name].title}`).join("\n")}\n`;
}
