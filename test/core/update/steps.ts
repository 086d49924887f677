/** Drives `update` in tests: messages in, the last state and all effects out. */
import type { Effect } from "../../../src/core/effect.ts";
import type { Happening } from "../../../src/core/message.ts";
import type { RunningJob } from "../../../src/core/models.ts";
import type { State } from "../../../src/core/state.ts";
import { update } from "../../../src/core/update.ts";
import { sampleNow } from "../../fakes/sample-state.ts";

/** The state and all effects after some messages, each a second after the one before. */
export function after(
  state: State,
  ...happenings: readonly Happening[]
): readonly [State, readonly Effect[]] {
  let current = state;
  const effects: Effect[] = [];
  happenings.forEach((happening, index) => {
    const [next, more] = update(current, { ...happening, now: sampleNow + index * 1000 });
    current = next;
    effects.push(...more);
  });
  return [current, effects];
}

/** A key in an overlay; a single character types itself. */
export function key(chord: string, text = chord.length === 1 ? chord : ""): Happening {
  return { type: "overlay-key", chord, text };
}

export function keys(...chords: readonly string[]): readonly Happening[] {
  return chords.map((chord) => key(chord));
}

/** The one job that runs. */
export function onlyJob({ models }: State): RunningJob {
  const [job, ...others] = models.jobs;
  if (!job || others.length > 0) throw new Error(`${models.jobs.length} jobs run, not one`);
  return job;
}

/** The only job is over. */
export function jobDone(state: State, end: "done" | "cancelled" = "done"): Happening {
  return { type: "job-ended", id: onlyJob(state).id, end };
}

/** The types of effects, without those for notices and for what is saved on the way. */
export function deeds(effects: readonly Effect[]): readonly string[] {
  const minor = ["start-timer", "stop-timer", "save"];
  return effects.map(({ type }) => type).filter((type) => !minor.includes(type));
}
