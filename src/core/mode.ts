/**
 * A mode is one of the three ways of working with an agent: plan, build, review. Each mode has one
 * pane and one process. (A terminal's modes are `TerminalModes`, in `screen/`.)
 */
export const agentModes = ["plan", "build", "review"] as const;

export type AgentMode = (typeof agentModes)[number];

/** One value a mode. */
export type ByMode<T> = Readonly<Record<AgentMode, T>>;

/** Makes one value a mode. */
export function byMode<T>(make: (mode: AgentMode) => T): ByMode<T> {
  return { plan: make("plan"), build: make("build"), review: make("review") };
}

/** Replaces the value of one mode. */
export function withMode<T>(all: ByMode<T>, mode: AgentMode, value: T): ByMode<T> {
  return { ...all, [mode]: value };
}
