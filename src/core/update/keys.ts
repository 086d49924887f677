/** The prefix: pressed, waited on (the which-key strip appears), ended by a key, `esc` or time. */
import type { Message } from "../message.ts";
import type { State } from "../state.ts";
import { type Step, step } from "./step.ts";

const stripAfterMs = 300;
const cancelAfterMs = 2000;

type KeyMessage = Extract<Message, { type: `prefix-${string}` }>;

export function updateKeys(state: State, message: KeyMessage): Step {
  switch (message.type) {
    case "prefix-pressed":
      return step(
        { ...state, prefix: { since: message.now, strip: false } },
        prefixTimer(stripAfterMs, "prefix-waited"),
      );
    case "prefix-waited":
      if (!state.prefix) return step(state);
      return step(
        { ...state, prefix: { ...state.prefix, strip: true } },
        prefixTimer(cancelAfterMs - stripAfterMs, "prefix-ended"),
      );
    case "prefix-ended":
      return endPrefix(state);
    default:
      return message satisfies never;
  }
}

/** Leaves the prefix; without one nothing changes. */
export function endPrefix(state: State): Step {
  if (!state.prefix) return step(state);
  const { prefix: _, ...rest } = state;
  return step(rest, { type: "stop-timer", name: "prefix" });
}

function prefixTimer(ms: number, type: "prefix-waited" | "prefix-ended") {
  return { type: "start-timer", name: "prefix", ms, message: { type } } as const;
}
