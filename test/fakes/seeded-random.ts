/** Chance that is the same each time: mulberry32, a number from 0 to 1 a call. */
export type Random = {
  (): number;
  /** One of some things. */
  readonly of: <T>(things: readonly [T, ...T[]]) => T;
};

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;

  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  const of = <T>(things: readonly [T, ...T[]]): T =>
    things[Math.floor(next() * things.length)] ?? things[0];
  return Object.assign(next, { of });
}
