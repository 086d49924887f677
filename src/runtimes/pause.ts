/** Waits `ms` between two looks at a runtime; rejects with the signal's reason once it aborts. */
export function pause(ms: number, abort: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const give = () => {
      clearTimeout(timer);
      reject(abort.reason);
    };
    const timer = setTimeout(() => {
      abort.removeEventListener("abort", give);
      resolve();
    }, ms);
    if (abort.aborted) give();
    else abort.addEventListener("abort", give, { once: true });
  });
}
