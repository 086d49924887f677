/**
 * What the agents of a read-only mode may do, in OpenCode's words. The last rule that matches wins,
 * and a key that the user's configuration has already keeps its place before ours (measured on
 * OpenCode 1.18.33). So each key here is spelled with a wildcard, `b?sh` for `bash`: nobody else
 * has that key, it comes after all others, and nothing outside can weaken it.
 *
 * Nothing of this is the only lock on bash: see `read-only-shell.ts`.
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
  /** Rules of the mode's own configuration for tools which are not OpenCode's. */
  readonly toolRules: Permission;
};

/** The rules of every known agent in a read-only mode, sub-agents included. */
export function readOnlyPermission(mode: ReadOnlyMode, options: ReadOnlyOptions): Permission {
  return { ...commonPermission(mode, options), [bashKey]: bashRules() };
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
    ...options.toolRules,
    ...builtinRules(mode),
  };
}

/** How OpenCode spells a server's name in the names of its tools. */
function toolPrefix(server: string): string {
  return server.replace(/[^a-zA-Z0-9_-]/g, "_");
}

const builtinTools = words(`
  * bash edit write patch multiedit apply_patch read glob grep list lsp skill task todowrite todoread
  question webfetch websearch external_directory doom_loop plan_enter plan_exit invalid
  StructuredOutput
`);

/** Whether a key of a permission table speaks of a tool that does not come with OpenCode. */
export function isForeignTool(key: string): boolean {
  const matcher = new RegExp(
    `^${key
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  return !builtinTools.some((tool) => matcher.test(tool));
}

const bashKey = "b?sh";

function builtinRules(mode: ReadOnlyMode): Permission {
  const subagents = { "*": "deny", explore: "allow", general: "allow" } as const;
  return {
    "gl?b": "allow",
    "gr?p": "allow",
    "l?st": "allow",
    "l?p": "allow",
    "sk?ll": "allow",
    "t?dowrite": "allow",
    "t?doread": "allow",
    "qu?stion": "allow",
    "inv?lid": "allow",
    "Struct?redOutput": "allow",
    "r?ad": { "*": "allow", "*.env": "ask", "*.env.*": "ask", "*.env.example": "allow" },
    "w?bfetch": "ask",
    "w?bsearch": "ask",
    "ext?rnal_directory": "ask",
    "d?om_loop": "ask",
    "t?sk": mode === "plan" ? subagents : "deny",
    [bashKey]: "deny",
    // Edit stands for edit, write and apply_patch.
    "e?it": "deny",
    "wr?te": "deny",
    "p?tch": "deny",
  };
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
