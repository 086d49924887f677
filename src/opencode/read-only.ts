/**
 * What the agents of a read-only mode may do, in OpenCode's words. The last rule that matches wins,
 * and a key that the user's configuration has already keeps its place before ours (measured on
 * OpenCode 1.18.33). So each key here is spelled with a wildcard, `b?sh` for `bash`: nobody else
 * has that key, it comes after all others, and nothing outside can weaken it.
 *
 * For bash these rules are only the first lock: see `read-only-shell.ts`.
 */
import type { AgentMode } from "../core/mode.ts";
import { readingGitCommands, words } from "./read-only-shell.ts";

export type Rule = "allow" | "ask" | "deny";

export type Permission = Readonly<Record<string, Rule | Readonly<Record<string, Rule>>>>;

/** The modes whose agents must not change anything. */
export type ReadOnlyMode = Exclude<AgentMode, "build">;

export function isReadOnly(mode: AgentMode): mode is ReadOnlyMode {
  return mode !== "build";
}

export type ReadOnlyOptions = {
  /** Names of MCP servers: their tools may do anything, so each use is asked for. */
  readonly mcpServers: readonly string[];
  /** The rules of the mode's own configuration: those that weaken a lock are left out. */
  readonly ownRules: Readonly<Record<string, unknown>>;
};

/** The rules of every known agent in a read-only mode, sub-agents included. */
export function readOnlyPermission(mode: ReadOnlyMode, options: ReadOnlyOptions): Permission {
  const common = commonPermission(mode, options);
  return isDenied("bash", options.ownRules)
    ? common
    : { ...common, [spelled("bash")]: bashRules() };
}

/**
 * The rules of agents nobody knew of: without any command. OpenCode shows a model all rules of bash
 * when one refuses a command, so the list of commands must not be there twice.
 */
export function commonPermission(mode: ReadOnlyMode, options: ReadOnlyOptions): Permission {
  return {
    // Tools that nobody named here are the user's own scripts, and OpenCode runs those unasked.
    "**": "deny",
    ...Object.fromEntries(options.mcpServers.map((name) => [`${toolPrefix(name)}_*`, "ask"])),
    ...foreignToolRules(options.ownRules),
    ...builtinRules(mode, options.ownRules),
  };
}

/** How OpenCode spells a server's name in the names of its tools. */
function toolPrefix(server: string): string {
  return server.replace(/[^a-zA-Z0-9_-]/g, "_");
}

type ToolRules = Readonly<Record<string, Permission[string]>>;

/** What a read-only mode does with OpenCode's own tools; `edit` stands for all tools that write. */
const toolRules: ToolRules = {
  ...ruleForEach("allow", "glob grep list lsp skill todowrite todoread question invalid"),
  ...ruleForEach("allow", "StructuredOutput"),
  read: { "*": "allow", "*.env": "ask", "*.env.*": "ask", "*.env.example": "allow" },
  ...ruleForEach("ask", "webfetch websearch external_directory doom_loop"),
  ...ruleForEach("deny", "bash edit write patch multiedit apply_patch plan_enter plan_exit"),
};

/** Sub-agents that are under the same rules. */
const subagentRules = { "*": "deny", explore: "allow", general: "allow" } as const;

function ruleForEach(rule: Rule, names: string): ToolRules {
  return Object.fromEntries(words(names).map((name) => [name, rule]));
}

function builtinRules(mode: ReadOnlyMode, ownRules: ReadOnlyOptions["ownRules"]): Permission {
  const rules: ToolRules = { ...toolRules, task: mode === "plan" ? subagentRules : "deny" };
  return Object.fromEntries(
    Object.entries(rules).map(([tool, rule]) => [
      spelled(tool),
      isDenied(tool, ownRules) ? "deny" : rule,
    ]),
  );
}

/** The name of a tool as a key that no configuration has: `b?sh`. */
function spelled(tool: string): string {
  return `${tool.slice(0, 1)}?${tool.slice(2)}`;
}

function isDenied(tool: string, ownRules: ReadOnlyOptions["ownRules"]): boolean {
  return ownRules[tool] === "deny";
}

/** What the mode's own configuration says of MCP and other foreign tools is the user's decision. */
function foreignToolRules(ownRules: ReadOnlyOptions["ownRules"]): Permission {
  const kept: Record<string, Rule> = {};
  for (const [key, rule] of Object.entries(ownRules)) {
    const known = rule === "allow" || rule === "ask" || rule === "deny";
    if (known && isForeignTool(key)) kept[key] = rule;
  }
  return kept;
}

function isForeignTool(key: string): boolean {
  const source = key.replace(/[.+^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  const matcher = new RegExp(`^${source.replaceAll("?", ".")}$`, "s");
  return ![...Object.keys(toolRules), "task"].some((tool) => matcher.test(tool));
}

/** Commands that only read. What of them can write with an option is refused by the shell too. */
const readingCommands: readonly string[] = [
  ...words(`
    ls pwd cat head tail wc cut tr sort uniq grep rg find diff stat du jq basename dirname realpath
    readlink which type echo printf test true
  `),
  ...readingGitCommands.map((command) => `git ${command}`),
  "git reflog show",
  "git stash list",
  "git worktree list",
  "git tag -l",
  "git tag --list",
];

/** Commands that only read in exactly this form. */
const readingLines: readonly string[] = [
  "date",
  ...["", " -a", " -r", " -v", " -vv", " --show-current"].map((option) => `git branch${option}`),
  ...["tag", "remote", "remote -v", "reflog"].map((command) => `git ${command}`),
];

/** Ways to write with a command that reads; a backslash cannot be told from a slash in a pattern. */
const writingForms: readonly string[] = [
  ...words("*>* *$(* *`*"),
  ...["--ou", "--ext-diff"].map((option) => `git *${option}*`),
  ...["--op", "-O"].map((option) => `git grep *${option}*`),
  ...words("-delete -exec -ok -fprint -fls").map((option) => `find *${option}*`),
  ...words("-o --o --compress-program").map((option) => `sort *${option}*`),
  ...words("--pre --hostname-bin").map((option) => `rg *${option}*`),
];

function bashRules(): Readonly<Record<string, Rule>> {
  const rules: [string, Rule][] = [
    ["*", "deny"],
    // OpenCode lets `ls *` match a bare `ls` too.
    ...readingCommands.map((command): [string, Rule] => [`${command} *`, "allow"]),
    ...readingLines.map((line): [string, Rule] => [line, "allow"]),
    ...writingForms.map((form): [string, Rule] => [form, "deny"]),
  ];
  return Object.fromEntries(rules);
}
