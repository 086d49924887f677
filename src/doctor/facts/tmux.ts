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
};

const options = [
  "escape-time",
  "extended-keys",
  "set-clipboard",
  "allow-passthrough",
  "focus-events",
  "prefix",
  "prefix2",
] as const;

export type TmuxOption = (typeof options)[number];

/** Asks the real one; undefined outside of tmux, and where it does not answer. */
export const tmux = fact(async (context): Promise<Tmux | undefined> => {
  if (!context.ports.env["TMUX"]) return undefined;
  const [version, features, ...values] = await Promise.all([
    say(context, "-V"),
    say(context, "display-message", "-p", "#{client_termfeatures}"),
    ...options.map((name) => say(context, "show-options", "-gv", name)),
  ]);
  const number = /^tmux (?:next-)?(\S+)/u.exec(version ?? "")?.[1];
  if (number === undefined || values.every((value) => value === undefined)) return undefined;
  const known = new Map(options.map((name, index) => [name, values[index]]));
  return {
    version: number,
    option: (name) => known.get(name),
    features: (features ?? "").split(",").filter(Boolean),
  };
});

async function say(
  context: DoctorContext,
  ...args: readonly string[]
): Promise<string | undefined> {
  const { end, exit, stdout } = await context.run({ file: "tmux", args, timeoutMs: 1500 });
  return end === "exited" && exit.code === 0 ? stdout.trim() : undefined;
}
