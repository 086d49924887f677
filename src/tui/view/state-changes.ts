/**
 * A state as what changed since the one before: hundreds of models need not be copied to the worker
 * for each letter that is typed, and what did not change keeps its identity there.
 */
import type { State } from "../../core/state.ts";

/** What a state may be without. */
const passing = ["prefix", "overlay", "notice"] as const satisfies readonly (keyof State)[];

export type StateChanges = {
  readonly changed: Partial<State>;
  readonly gone: readonly (typeof passing)[number][];
};

export function changesOf(before: State, now: State): StateChanges {
  const known: Readonly<Record<string, unknown>> = before;
  const changed = Object.entries(now).filter(([part, value]) => !Object.is(value, known[part]));
  return {
    changed: Object.fromEntries(changed),
    gone: passing.filter((part) => part in before && !(part in now)),
  };
}

export function withChanges(before: State, { changed, gone }: StateChanges): State {
  const state: { -readonly [Part in keyof State]: State[Part] } = { ...before, ...changed };
  for (const part of gone) delete state[part];
  return state;
}
