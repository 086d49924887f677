/**
 * The fenced blocks of a guide, and what a test does with each. It stands in the words behind the
 * three backticks, of which readers see nothing:
 *
 * - `sh`: commands, as a reader types them; each must succeed. `sh shell`: in the development shell.
 * - `console`: `$ command`, and below what it prints: a line `...` stands for any lines, `...` in a
 *   line for any text. Without lines, what it prints is not looked at. A command with a line that
 *   begins with `error:` must fail, any other must succeed. `console after SOMETHING`: the test makes
 *   that happen first.
 * - `nix profile`, `nix profile.shells`: bindings that replace those of this name in that set of
 *   flake.nix. `nix FILE`, `jsonc FILE`, `sh FILE` with a dot or a slash in it: the file.
 */
export type GuideBlock = {
  readonly line: number;
  readonly heading: string;
  readonly info: string;
  readonly text: string;
} & GuideDeed;

export type GuideDeed =
  | {
      readonly type: "commands";
      readonly commands: readonly GuideCommand[];
      readonly inShell: boolean;
      readonly after?: string;
    }
  | { readonly type: "bindings"; readonly set: readonly string[] }
  | { readonly type: "file"; readonly path: string };

export type GuideCommand = {
  readonly command: string;
  /** The lines that are shown; none: not looked at. */
  readonly output: readonly string[];
};

/** All blocks of a document. A block that says nothing a test knows is an error. */
export function guideBlocks(markdown: string): readonly GuideBlock[] {
  const blocks: GuideBlock[] = [];
  let heading = "";
  let open: { readonly info: string; readonly line: number; readonly lines: string[] } | undefined;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^```(.*)$/u.exec(line);
    if (open !== undefined && fence !== null) {
      const { info, line: first, lines } = open;
      const text = lines.join("\n");
      blocks.push({ line: first, heading, info, text, ...deedOf(info, lines, first) });
      open = undefined;
    } else if (open !== undefined) open.lines.push(line);
    else if (fence !== null) open = { info: fence[1] ?? "", line: index + 1, lines: [] };
    else if (/^#+ /u.test(line)) heading = line.replace(/^#+ /u, "");
    else if (/^(?: {4}|\t)\S/u.test(line)) throw unknown("an indented block", index + 1);
  }
  if (open !== undefined) throw unknown("a block without an end", open.line);
  return blocks;
}

function deedOf(info: string, lines: readonly string[], line: number): GuideDeed {
  const [language = "", word = "", ...rest] = info.split(" ");
  if (language === "sh" && (info === "sh" || info === "sh shell"))
    return { type: "commands", commands: plainCommands(lines), inShell: word === "shell" };
  if (language === "console" && (word === "" || (word === "after" && rest.length > 0)))
    return {
      type: "commands",
      commands: shownCommands(lines, line),
      inShell: false,
      ...(word === "after" && { after: rest.join(" ") }),
    };
  if (language === "nix" && /^profile(?:\.\w+)*$/u.test(word) && rest.length === 0)
    return { type: "bindings", set: word.split(".") };
  if (/^(?:nix|jsonc|sh)$/u.test(language) && /[./]/u.test(word) && rest.length === 0)
    return { type: "file", path: word };
  throw unknown(`a block \`\`\`${info}`, line);
}

/** A command ends with its line, unless that ends in a backslash. */
function plainCommands(lines: readonly string[]): readonly GuideCommand[] {
  return lines
    .join("\n")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((command) => command.trim() !== "" && !command.startsWith("#"))
    .map((command) => ({ command, output: [] }));
}

function shownCommands(lines: readonly string[], line: number): readonly GuideCommand[] {
  const commands: { command: string; output: string[] }[] = [];
  for (const each of lines) {
    if (each.startsWith("$ ")) commands.push({ command: each.slice(2), output: [] });
    else commands.at(-1)?.output.push(each);
  }
  if (commands.length === 0) throw unknown("a console without a command", line);
  return commands;
}

function unknown(what: string, line: number): Error {
  return new Error(`line ${line} of the guide has ${what}, which no test knows how to run`);
}

/** Whether a program printed the lines that a guide shows. */
export function isShown(output: string, shown: readonly string[]): boolean {
  const printed = output.split("\n").map((line) => line.trimEnd());
  const fits = (line: string, pattern: string) =>
    new RegExp(`^${pattern.split("...").map(literally).join(".*")}$`, "u").test(line);
  const match = (at: number, index: number): boolean => {
    const pattern = shown[index];
    if (pattern === undefined) return printed.slice(at).every((line) => line === "");
    if (pattern !== "...")
      return at < printed.length && fits(printed[at] ?? "", pattern) && match(at + 1, index + 1);
    for (let next = at; next <= printed.length; next++) if (match(next, index + 1)) return true;
    return false;
  };
  return match(0, 0);
}

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/gu, "\\$&");
}
