/** How long a stand-in takes to load a model. */
export type LoadGate = {
  /** Resolves true when the load is done, false when it was cancelled. */
  pass(cancel?: AbortSignal): Promise<boolean>;
  /** Lets all loads that wait be done. */
  open(): void;
  /** Loads that wait. */
  readonly waiting: number;
};

/** "manual": a load is done when `open` is called. */
export function createLoadGate(loadMs: number | "manual"): LoadGate {
  const waiting = new Set<() => void>();

  function pass(cancel?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (done: boolean) => {
        clearTimeout(timer);
        waiting.delete(finish);
        resolve(done);
      };
      const finish = () => end(true);
      const timer = loadMs === "manual" ? undefined : setTimeout(finish, loadMs);
      waiting.add(finish);
      if (cancel?.aborted) end(false);
      else cancel?.addEventListener("abort", () => end(false), { once: true });
    });
  }

  return {
    pass,
    open: () => {
      for (const finish of waiting) finish();
    },
    get waiting() {
      return waiting.size;
    },
  };
}
