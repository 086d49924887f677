/** What `ai-rules env` tells, as plain data: the JSON, from which the text is made as well. */
import type { Problem } from "../core/error.ts";
import { createRedactor, maskedValue, secretValues } from "../core/redact.ts";
import { printableLines } from "../core/text.ts";
import { differenceOf } from "../nix/difference.ts";
import type { LoadedEnvironment } from "../nix/loaded-environment.ts";
import type { Variables } from "../platform/ports.ts";
import type { EnvReport } from "./env-report-schema.ts";

type Request = {
  readonly root: string;
  readonly environment: LoadedEnvironment;
  /** The environment that the shell was entered from; with it the report is of the difference. */
  readonly from?: Variables | undefined;
  /** Shows secrets as they are. */
  readonly secrets: boolean;
};

/** The report on an environment that there is. */
export function envReport({ root, environment, from, secrets }: Request): EnvReport {
  const { variables } = environment;
  const mask = secrets ? (_: string, value: string) => value : maskedValue;
  const told = from === undefined ? variables : { ...from, ...variables };
  return {
    version: 1,
    project: root,
    environment: summaryOf(environment, secrets),
    ...(from === undefined
      ? { variables: masked(variables, mask) }
      : { difference: maskedDifference(from, variables, mask) }),
    masked: Object.keys(told)
      .filter((name) => mask(name, told[name] ?? "") !== told[name])
      .toSorted(),
  };
}

/** The report where there is no environment. */
export function noEnvReport(root: string, problem: Problem): EnvReport {
  const environment = { source: "none", problem: problemOf(problem) } as const;
  return { version: 1, project: root, environment, masked: [] };
}

function summaryOf(
  { summary, variables }: LoadedEnvironment,
  secrets: boolean,
): EnvReport["environment"] {
  const { source, shell, evaluatedAt, tookMs, hookWarned, hookOutput, note, problem } = summary;
  const output = secrets ? hookOutput : withoutValues(hookOutput, variables);
  return {
    source: source === "plain" ? "none" : source,
    shell,
    evaluatedAt: source === "inherited" ? undefined : new Date(evaluatedAt).toISOString(),
    tookMs,
    hookWarned,
    hookOutput: [...printableLines(output)],
    note,
    problem: problem && problemOf(problem),
  };
}

/** A hook may print what it has exported. */
function withoutValues(output: string, variables: Variables): string {
  const { hide, redact } = createRedactor();
  hide(secretValues(variables));
  return redact(output);
}

function problemOf({ code, message, remedy, position }: Problem) {
  return { code, message, remedy, ...position };
}

type Mask = (name: string, value: string) => string;

function masked(variables: Variables, mask: Mask): Record<string, string> {
  const entries = Object.entries(variables).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, value]) => [name, mask(name, value)]));
}

function maskedDifference(
  from: Variables,
  to: Variables,
  mask: Mask,
): NonNullable<EnvReport["difference"]> {
  const { added, changed, removed } = differenceOf(from, to);
  return {
    added: masked(added, mask),
    removed: masked(removed, mask),
    changed: changed.map(({ name, before, after, entries }) => ({
      name,
      before: mask(name, before),
      after: mask(name, after),
      // An entry of a masked list could be the half that gives it away.
      ...(entries && mask(name, before) === before && mask(name, after) === after
        ? { entries: { added: [...entries.added], removed: [...entries.removed] } }
        : {}),
    })),
  };
}
