import type { Problem } from "../../core/error.ts";
import { runtimeName } from "../../core/model-rows.ts";
import { type RuntimeState, runtimeTitles } from "../../core/runtime.ts";
import type { ProjectModels } from "../../survey/project-models.ts";
import { type Check, type Finding, findingOf, ok, skip } from "../check.ts";
import { isUsed, projectModels } from "../facts/models.ts";

/** Each runtime that somebody asked for, and those that answer at their usual places. */
export const runtimesCheck: Check = {
  id: "models-runtimes",
  group: "models",
  title: "the runtimes answer, and are what they are said to be",
  timeoutMs: 5000,
  run: async (context) => {
    const known = await projectModels(context);
    const { runtimes } = known.models;
    const findings = runtimes.flatMap((runtime) => findingsOf(runtime, known, context.root));
    if (findings.length > 0) return findings;
    return [
      skip(
        `no runtime answers at its usual address, and the settings name none: ${places(runtimes)}`,
      ),
    ];
  },
};

function places(runtimes: readonly RuntimeState[]): string {
  return [...new Set(runtimes.map(({ address }) => address.url))].join(", ");
}

function findingsOf(runtime: RuntimeState, known: ProjectModels, root: string): readonly Finding[] {
  const { address, connection, troubles } = runtime;
  const used = isUsed(known, runtime);
  const wanted = address.expected || used;
  // What somebody asked for by name has to be there; a shell names the usual places of all.
  const status = address.expected && used ? "fail" : "warn";
  const told = (problem: Problem) => ({
    ...findingOf(problem, { status, root }),
    ...(used ? { why: "the models of some modes are there" } : {}),
  });
  const note = address.note && connection.type !== "up" ? [told(address.note)] : [];
  const troubled = troubles.map(told);
  switch (connection.type) {
    case "up":
      return [...troubled, ok(upText(runtime))];
    case "needs-token":
      return [...note, told(connection.problem)];
    case "stale":
    case "down":
    case "wrong-service":
      return wanted ? [...note, told(connection.problem)] : [];
    case "probing":
      return wanted ? [...note, { ...told(late(runtime)), status: "warn" }] : [];
    default:
      return connection satisfies never;
  }
}

function upText(runtime: RuntimeState): string {
  const { address, version, installed, loaded } = runtime;
  const name = `${runtimeName(runtime)}${version === undefined ? "" : ` ${version}`}`;
  return `${name} at ${address.url}: ${installed.length} installed, ${loaded.length} loaded`;
}

function late({ address, kind }: RuntimeState): Problem {
  return {
    code: "runtime/timed-out",
    message: `${runtimeTitles[kind]} at ${address.url} did not answer in time`,
    remedy: "try it alone: `ai-rules doctor --only models-runtimes`, or restart the server",
  };
}
