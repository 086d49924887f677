/**
 * When the screen looks different although nothing happened: ages run each second, the time until a
 * model is unloaded is told in minutes. Between these moments nothing has to tick.
 */
import { arrange } from "./layout.ts";
import type { RuntimeState } from "./runtime.ts";
import { showsAge } from "./select.ts";
import type { State } from "./state.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** ms until a time on the screen changes; undefined when none does. */
export function nextTick(state: State): number | undefined {
  if (showsAge(state)) return second;
  if (state.environment.type !== "ready" || !showsModels(state)) return undefined;
  const changes = state.models.runtimes.flatMap((runtime) => changesOf(runtime, state.now));
  return changes.length === 0 ? undefined : Math.max(second, Math.min(...changes));
}

function showsModels(state: State): boolean {
  return state.overlay?.type === "models" || arrange(state).panel !== undefined;
}

function changesOf({ loaded, connection }: RuntimeState, now: number): readonly number[] {
  const stale = connection.type === "stale" ? [untilOlder(now - connection.since)] : [];
  const unloads = loaded.flatMap(({ state, busy, expiresAt }) => {
    const counts = state === "loaded" && !busy && typeof expiresAt === "number" && expiresAt > now;
    return counts ? [untilNearer(expiresAt - now)] : [];
  });
  return [...stale, ...unloads];
}

/** Ages and times are told in whole minutes, from an hour on in whole hours. */
function untilNearer(left: number): number {
  return (left % unitOf(left)) + 1;
}

function untilOlder(age: number): number {
  return unitOf(age) - (Math.max(0, age) % unitOf(age));
}

function unitOf(time: number): number {
  return time < hour ? minute : hour;
}
