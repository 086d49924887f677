import type { GuideSettings } from "../../core/models.ts";
import type { RuntimeState } from "../../core/runtime.ts";
import { type Check, findingOf, ok, skip, type Trouble } from "../check.ts";
import { answering, projectModels } from "../facts/models.ts";
import { shellVariables } from "../facts/project-shell.ts";

/** The variables with which development shells say what models to use. */
export const variablesCheck: Check = {
  id: "models-variables",
  group: "models",
  title: "the OLLAMA_*, LMSTUDIO_* and MLX_* variables are read by somebody",
  timeoutMs: 5000,
  run: async (context) => {
    const [known, { variables }] = await Promise.all([
      projectModels(context),
      shellVariables(context),
    ]);
    const { problems, unused } = known.models.guide;
    const runtimes = answering(known);
    const unread = unused.filter(
      ({ variable }) => isOf(variable, runtimes) && !isIdle(variables[variable] ?? ""),
    );
    const findings = [
      ...problems.map((problem) => findingOf(problem, { status: "warn", root: context.root })),
      ...unread.map(unreadVariable),
    ];
    if (findings.length > 0) return findings;
    if (unused.length > 0)
      return [
        ok(`without effect, and harmless: ${unused.map(({ variable }) => variable).join(", ")}`),
      ];
    const count = Object.keys(variables).filter((name) =>
      /^(OLLAMA|LMSTUDIO|MLX)_/u.test(name),
    ).length;
    return [count === 0 ? skip("none is set") : ok("each that is set is read")];
  },
};

/** A development shell sets those of all runtimes, also of those one has not. */
function isOf(variable: string, runtimes: readonly RuntimeState[]): boolean {
  const kind = variable.slice(0, variable.indexOf("_")).toLowerCase();
  return runtimes.some((runtime) => runtime.kind === kind);
}

/** It asks for what is so anyway: one GPU, and that one. */
function isIdle(value: string): boolean {
  return value === "1" || value === "true";
}

function unreadVariable({ variable, why }: GuideSettings["unused"][number]): Trouble {
  return {
    status: "warn",
    code: "runtime/variable-unread",
    found: `${variable} is set, and nothing reads it`,
    why,
    remedy: `take ${variable} out of the development shell: \`unset ${variable}\``,
  };
}
