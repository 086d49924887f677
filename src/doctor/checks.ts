/** All checks, in the order in which they are told. */
import { checkGroups } from "../core/diagnosis.ts";
import { AiRulesError } from "../core/error.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable } from "../core/text.ts";
import { agentChecks } from "./agents/checks.ts";
import type { Check } from "./check.ts";
import { elixirChecks } from "./elixir/checks.ts";
import { installChecks } from "./install/checks.ts";
import { modelChecks } from "./models/checks.ts";
import { nixChecks } from "./nix/checks.ts";
import { terminalChecks } from "./terminal/checks.ts";

export const allChecks: readonly Check[] = [
  ...installChecks,
  ...nixChecks,
  ...agentChecks,
  ...modelChecks,
  ...terminalChecks,
  ...elixirChecks,
];

/** The checks of these ids or groups, "nix-git,install"; all where none is named. Throws `usage/check`. */
export function selectChecks(only: readonly string[]): readonly Check[] {
  const wanted = only.flatMap((part) => part.split(/[\s,]+/u)).filter(Boolean);
  if (wanted.length === 0) return allChecks;
  const unknown = wanted.find((name) => !checkNames.includes(name));
  if (unknown !== undefined) throw unknownCheck(unknown);
  return allChecks.filter(({ id, group }) => wanted.includes(id) || wanted.includes(group));
}

/** What `--only` takes. */
export const checkNames: readonly string[] = [...checkGroups, ...allChecks.map(({ id }) => id)];

function unknownCheck(name: string): AiRulesError {
  const near = nearestName(name, checkNames);
  return new AiRulesError({
    code: "usage/check",
    message: `there is no check ${printable(name).slice(0, 60)}`,
    remedy: near
      ? `did you mean --only ${near}?`
      : `name a group (${checkGroups.join(", ")}) or a check of docs/doctor.md`,
  });
}
