/** The doctor's checks, each with a heading that `see:` leads to. */
import { checkGroups, groupTitles } from "../../src/core/diagnosis.ts";
import { allChecks } from "../../src/doctor/checks.ts";

/** The list in Markdown, by group. */
export function checkList(): string {
  return checkGroups
    .map((group) => ({ group, checks: allChecks.filter((check) => check.group === group) }))
    .filter(({ checks }) => checks.length > 0)
    .map(({ group, checks }) => {
      const parts = checks.map(({ id, title }) => `### ${id}\n\n${sentence(title)}\n`);
      return [`## ${groupTitles[group]} (\`${group}\`)\n`, ...parts].join("\n");
    })
    .join("\n");
}

function sentence(title: string): string {
  return `${title.charAt(0).toUpperCase()}${title.slice(1)}.`;
}
