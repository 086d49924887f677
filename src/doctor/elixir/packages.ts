/** "mix can't find packages": Hex is not there, or nobody has fetched what mix.lock names. */
import { isAbsolute, join } from "node:path";
import type { Variables } from "../../platform/ports.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { isUnmerged } from "../facts/git.ts";
import { mixProject } from "../facts/mix-project.ts";
import { shellVariables } from "../facts/project-shell.ts";

export const packagesCheck: Check = {
  id: "elixir-packages",
  group: "elixir",
  title: "Hex, and the dependencies that mix.lock names",
  timeoutMs: 5000,
  run: async (context) => {
    const { hasOwn, dependencies } = await mixProject(context);
    if (!hasOwn) return [skip("no mix.exs in this directory")];
    const text = await context.ports.files.readText(join(context.root, "mix.lock"));
    if (text === undefined) return [skip("no mix.lock: nothing was fetched yet")];
    if (/^<{7}/mu.test(text)) return [conflict(await isUnmerged(context, "mix.lock"))];
    const names = neededNames(lockedPackages(text), dependencies);
    if (names.length === 0) return [ok("mix.lock names no dependency of mix.exs")];
    const findings = [...(await hexFindings(context)), ...(await missing(context, names))];
    return findings.length === 0 ? [ok(`all ${names.length} of mix.lock are there`)] : findings;
  },
};

function conflict(merging: boolean): Finding {
  return {
    status: "fail",
    code: "elixir/lock-conflict",
    found: "mix.lock holds the marks of a merge",
    why: "Mix cannot read it, and fetches nothing",
    remedy: merging
      ? "run `git checkout --ours mix.lock && mix deps.get`"
      : "take the marks and the lines of one side out of mix.lock, then run `mix deps.get`",
  };
}

/** What each locked package needs. */
type Locked = ReadonlyMap<string, readonly string[]>;

/** Each line of it is `"name": {:hex, ..., [{:other, "~> 1.0", [hex: ..., optional: false]}], ...},` or `{:git, ...}`. */
function lockedPackages(text: string): Locked {
  const lines = text.matchAll(/^\s*"([\w.-]+)": \{:(.*)$/gmu);
  return new Map([...lines].map(([, name = "", rest = ""]) => [name, needsOf(rest)]));
}

function needsOf(line: string): readonly string[] {
  const entries = line.matchAll(/\{:(\w+), "[^"]*", \[([^\]]*)\]\}/gu);
  return [...entries].flatMap(([, name = "", options = ""]) =>
    options.includes("optional: true") ? [] : [name],
  );
}

/**
 * Mix leaves in mix.lock what mix.exs has given up, and never fetches it: only what the dependencies
 * of mix.exs lead to is needed.
 */
function neededNames(locked: Locked, dependencies: ReadonlySet<string>): readonly string[] {
  const direct = [...dependencies].filter((name) => locked.has(name));
  const needed = new Set(direct);
  for (const name of needed)
    for (const other of locked.get(name) ?? []) if (locked.has(other)) needed.add(other);
  return [...needed];
}

async function missing(
  context: DoctorContext,
  names: readonly string[],
): Promise<readonly Finding[]> {
  const { variables } = await shellVariables(context);
  const set = variables["MIX_DEPS_PATH"] ?? "deps";
  const directory = isAbsolute(set) ? set : join(context.root, set);
  const there = new Set(await context.ports.files.list(directory).catch(() => []));
  const absent = names.filter((name) => !there.has(name));
  const [first] = absent;
  if (first === undefined) return [];
  const more = absent.length > 1 ? ` and ${absent.length - 1} more` : "";
  return [
    {
      status: "warn",
      code: "elixir/packages-missing",
      found: `${first}${more} of mix.lock ${absent.length > 1 ? "are" : "is"} not in ${set}`,
      why: "nothing compiles until they are fetched, and agents may be without a network",
      remedy: "run `mix deps.get` in the project's shell",
    },
  ];
}

/** Each Elixir of a profile's shells has a MIX_HOME of its own, and so needs a Hex of its own. */
async function hexFindings(context: DoctorContext): Promise<readonly Finding[]> {
  const shell = await shellVariables(context);
  if (shell.type === "own" && shell.why.includes("not evaluated")) return [];
  const { MIX_ARCHIVES: archives, MIX_HOME: home } = shell.variables;
  const usual = join(context.ports.host.home, ".mix", "archives");
  const place = [archives, home && join(home, "archives")].find((path) => path) ?? usual;
  const names = await context.ports.files.list(place).catch(() => []);
  if (names.some((name) => name.startsWith("hex-"))) return [];
  if (!(await isWithoutHex(context, shell.variables))) return [];
  return [
    {
      status: "warn",
      code: "elixir/no-hex",
      found: `Mix finds no Hex; it is not in ${place}`,
      why: "Mix can fetch no dependency; asked without a terminal it gives up",
      remedy: "run `mix local.hex --force` in the project's shell",
    },
  ];
}

/** Version managers have it in places of their own, which Mix alone knows; no project is loaded for it. */
async function isWithoutHex(context: DoctorContext, env: Variables): Promise<boolean> {
  const result = await context.run({ file: "mix", args: ["hex"], cwd: "/", env, timeoutMs: 4000 });
  return result.end === "exited" && /task "hex" could not be found/u.test(result.stderr);
}
