/** Starts things one after the other, each when the one before is up. */
import type { AgentMode } from "../core/mode.ts";

export type Turns = {
  /** Starts a mode now, or when it is its turn. */
  readonly start: (mode: AgentMode, when: "now" | "in-turn") => void;
  /** Nothing more is started. */
  readonly stop: () => void;
};

/** `startOne` resolves when the next one may start. */
export function createTurns(startOne: (mode: AgentMode) => Promise<void>): Turns {
  const waiting: AgentMode[] = [];
  let turn: Promise<void> = Promise.resolve();
  let working = false;
  let stopped = false;

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (;;) {
      await turn;
      const next = stopped ? undefined : waiting.shift();
      if (next === undefined) break;
      turn = startOne(next);
    }
    working = false;
  }

  return {
    start(mode, when) {
      if (stopped) return;
      if (when === "now") turn = startOne(mode);
      else if (!waiting.includes(mode)) waiting.push(mode);
      void work();
    },
    stop() {
      stopped = true;
    },
  };
}
