import { basename } from "node:path";
import { readConfigFaults } from "../../opencode/config-faults.ts";
import { type Check, type Finding, findingOf, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { examinedModes, opencodeModes } from "../facts/opencode.ts";
import { shellVariables } from "../facts/project-shell.ts";

/** The user's, the project's and the modes' configuration of OpenCode. */
export const configCheck: Check = {
  id: "agents-config",
  group: "agents",
  title: "OpenCode's configuration can be read, and OpenCode takes it",
  timeoutMs: 5000,
  run: async (context) => {
    const { ports, root } = context;
    if ((await opencodeModes(context)).length === 0) return [skip("no mode runs OpenCode")];
    const { variables: environment } = await shellVariables(context);
    const { found, problems } = await readConfigFaults(ports, { root, environment });
    const findings: readonly Finding[] = problems.map((problem) => ({
      ...findingOf(problem, {
        status: isHarmless(problem.code, problem.position?.file) ? "warn" : "fail",
        root,
      }),
      why: "OpenCode does not start with it, or goes on without it",
    }));
    if (findings.some(({ status }) => status === "fail")) return findings;
    const judged = [...findings, ...(await refusals(context))];
    if (judged.length > 0) return judged;
    return [ok(found.length === 0 ? "no configuration of your own" : found.join(", "))];
  },
};

function isHarmless(code: string, file = ""): boolean {
  return code === "opencode/config-missing" || /^tui\.jsonc?$/u.test(basename(file));
}

/** What OpenCode itself says of the configuration, once for each file. */
async function refusals(context: DoctorContext): Promise<readonly Trouble[]> {
  const examined = [...(await examinedModes(context)).values()];
  const said = examined.flatMap((each) => (each.type === "silent" ? [each.words] : []));
  const found = said.flatMap((words) => refusal(words, context.root) ?? []);
  return [...new Map(found.map((each) => [each.found, each])).values()];
}

/** "Configuration is invalid at FILE", then lines that begin with an arrow. */
function refusal(words: string, root: string): Trouble | undefined {
  const [, file, first = ""] =
    /(?:Configuration|Config file) (?:is invalid )?at (\S+?)(?: is not .*?)?:?\s*\n\s*(?:↳ )?(.*)/u.exec(
      words,
    ) ?? [];
  if (file === undefined) return undefined;
  const name = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
  return {
    status: "fail",
    code: "opencode/config-invalid",
    found: `${name} is refused: ${first}`,
    why: "OpenCode does not start with it",
    remedy: "correct it there; `opencode debug config` says whether it is right",
    detail: words,
  };
}
