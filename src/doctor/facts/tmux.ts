import type { DoctorContext } from "../context.ts";
import { fact } from "../context.ts";

/** The tmux that this runs in. */
export type Tmux = {
  /** "3.4". */
  readonly version: string;
  /** Undefined for an option that this tmux does not have. */
  readonly option: (name: TmuxOption) => string | undefined;
  /** What tmux believes the terminal around it to be able to do; empty where none is attached. */
  readonly features: readonly string[];
  /** TERM of the terminal around it, and how that names itself: "xterm-256color", "iTerm2 3.5". */
  readonly outer: { readonly term: string; readonly name: string };
  /** Keys that it takes without its prefix, in its own spelling: "M-1", "S-PPage". */
  readonly rootKeys: readonly string[];
};

const options = [
  "escape-time",
  "extended-keys",
  "set-clipboard",
  "allow-passthrough",
  "prefix",
  "prefix2",
] as const;

export type TmuxOption = (typeof options)[number];

/** Asks the real one; undefined outside of tmux, and where it does not answer. */
export const tmux = fact(async (context): Promise<Tmux | undefined> => {
  if (!context.ports.env["TMUX"]) return undefined;
  const [version, around, keys, ...values] = await Promise.all([
    say(context, "-V"),
    say(context, "display-message", "-p", format),
    say(context, "list-keys", "-T", "root"),
    ...options.map((name) => optionOf(context, name)),
  ]);
  const number = /^tmux (?:next-)?(\S+)/u.exec(version ?? "")?.[1];
  if (number === undefined || values.every((value) => value === undefined)) return undefined;
  const known = new Map(options.map((name, index) => [name, values[index]]));
  const [features = "", term = "", name = ""] = (around ?? "").split("|");
  return {
    version: number,
    option: (option) => known.get(option),
    features: features.split(",").filter(Boolean),
    outer: { term, name },
    rootKeys: (keys ?? "").split("\n").flatMap(takenKey),
  };
});

const format = "#{client_termfeatures}|#{client_termname}|#{client_termtype}";

/** Of this session where it has one of its own; tmux before 3.0 tells only what holds for all. */
async function optionOf(context: DoctorContext, name: TmuxOption): Promise<string | undefined> {
  const own = await say(context, "show-options", "-Av", name);
  return own ?? (await say(context, "show-options", "-gv", name));
}

/**
 * "bind-key -r -T root M-1 select-window -t 1". What sends keys on may well send this one to the
 * program inside, as the bindings do that are made for Vim.
 */
function takenKey(line: string): readonly string[] {
  const [, key = "", command = ""] =
    /^bind-key\s+(?:-r\s+)?-T\s+root\s+(\S+)\s+(.*)$/u.exec(line) ?? [];
  const name = key.replaceAll(/^(['"])(.*)\1$/gu, "$2").replace(/^\\(?=.)/u, "");
  return name === "" || /send(-keys)?\s/u.test(command) ? [] : [name];
}

async function say(
  context: DoctorContext,
  ...args: readonly string[]
): Promise<string | undefined> {
  const { end, exit, stdout } = await context.run({ file: "tmux", args, timeoutMs: 1500 });
  return end === "exited" && exit.code === 0 ? stdout.trim() : undefined;
}
