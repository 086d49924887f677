/** Two Nix at once on a store: one of them gives up instead of waiting. */

/** All but the first: two at once set up a store that was never used; its schema is read while it is written. */
const storeBusy =
  /SQLite database '[^']*' is busy|creating symlink from '[^']*\/gcroots\/[^']*' .*File exists|db\/schema' is corrupt/u;

export type BusyWait = {
  /** Ms before each further try; the last one's answer counts, whatever it is. */
  readonly delaysMs: readonly number[];
  /** Resolves after so many ms. */
  readonly wait: (ms: number) => Promise<void>;
};

/**
 * Runs Nix, again where it gave up at once because another one held the store's database (seen with
 * two cold starts on Nix 2.8). Nothing was done then. `said`: its error as lines; undefined when it
 * did not fail, or when nobody wants to know any more.
 */
export async function unlessBusy<T>(
  run: () => Promise<T>,
  said: (result: T) => string | undefined,
  { delaysMs, wait }: BusyWait,
): Promise<T> {
  for (const delay of delaysMs) {
    const result = await run();
    if (!storeBusy.test(said(result) ?? "")) return result;
    await wait(delay);
  }
  return run();
}
