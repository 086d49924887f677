import type { Problem } from "../../core/error.ts";
import type { OpencodeSource } from "../../opencode/locate.ts";
import { versionProblem } from "../../opencode/version.ts";
import { type Check, findingOf, ok, skip, type Trouble } from "../check.ts";
import {
  type OpencodeStart,
  opencodeModes,
  opencodeProgram,
  opencodeStart,
} from "../facts/opencode.ts";

/** Which OpenCode the modes run, whether it starts, and whether it is one that we know. */
export const opencodeCheck: Check = {
  id: "agents-opencode",
  group: "agents",
  title: "OpenCode is found, starts in a pseudo-terminal, and is of a known version",
  timeoutMs: 5000,
  run: async (context) => {
    if ((await opencodeModes(context)).length === 0) return [skip("no mode runs OpenCode")];
    const located = await opencodeProgram(context);
    if ("code" in located) return [notFound(located, context.root)];
    const { file, source } = located;
    const start = await opencodeStart(context);
    if (!start?.version) return [start?.exit ? broken(file, start) : hanging(file)];
    const found = `OpenCode ${start.version}, ${places[source]}: ${file}`;
    const problem = versionProblem(start.version);
    return [problem ? unknownVersion(problem, found) : ok(found)];
  },
};

const places: Readonly<Record<OpencodeSource, string>> = {
  settings: "named by opencode.path",
  path: "on your PATH",
  shell: "of the development shell",
  bundled: "of this installation",
};

const why = "plan, build and review run it";

function notFound(problem: Problem, root: string): Trouble {
  const finding = findingOf(problem, { status: "fail", root });
  const { remedy } = finding;
  const [, command, rest = ""] =
    /^(chmod .*|npm install --global \S+)(, or .*)?$/u.exec(remedy) ?? [];
  return { ...finding, why, ...(command ? { remedy: `run \`${command}\`${rest}` } : {}) };
}

function broken(file: string, { said, exit }: OpencodeStart): Trouble {
  const how = exit?.signal === undefined ? `exit code ${exit?.code}` : exit.signal;
  return {
    status: "fail",
    code: "opencode/does-not-start",
    found: `${file} does not say its version (${how})`,
    why,
    remedy:
      "run `npm install --global opencode-ai`, or name another one: opencode.path in ai-rules.json",
    ...(said.trim() === "" ? {} : { detail: said }),
  };
}

function hanging(file: string): Trouble {
  return {
    status: "warn",
    code: "opencode/does-not-answer",
    found: `${file} did not say its version in time`,
    why: `${why}; they will start slowly, or not at all`,
    remedy: "try it alone: `ai-rules doctor --only agents-opencode`",
  };
}

function unknownVersion(problem: Problem, found: string): Trouble {
  const [command = "", ...more] = problem.remedy.split(", or ");
  return {
    status: "warn",
    code: problem.code,
    found,
    why: "ai-rules knows 1.18 and newer, below 2: the locks of plan and review may not hold with others",
    remedy: [`run \`${command}\``, ...more].join(", or "),
  };
}
