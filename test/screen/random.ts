/** A random generator with a seed (mulberry32), so that what failed can be run again. */
export type Random = {
  /** A whole number from 0 to below `limit`. */
  below(limit: number): number;
  /** True once in `times`. */
  once(times: number): boolean;
  pick<T>(values: readonly T[]): T;
};

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  function below(limit: number): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * limit);
  }

  function pick<T>(values: readonly T[]): T {
    const value = values[below(values.length)];
    if (value === undefined) throw new Error("nothing to pick from");
    return value;
  }

  return { below, once: (times) => below(times) === 0, pick };
}

/**
 * The seed that the variable SEED names; "fresh" stands for a new one each time, to look for what
 * nobody has seen yet. Without it all runs are alike, so that a red build says something of its change.
 */
export function chooseSeed(): number {
  const given = process.env["SEED"];
  if (given === "fresh") return Math.floor(Math.random() * 2 ** 31);
  return Number(given ?? 1);
}
