import type { Clock } from "../platform/ports.ts";

/** Waits for some work, but not beyond a monotonic time. */
export async function untilTime(
  clock: Pick<Clock, "after" | "monotonic">,
  { work, end }: { readonly work: Promise<unknown>; readonly end: number },
): Promise<void> {
  let cancel = () => {};
  const timeUp = new Promise<void>((resolve) => {
    cancel = clock.after(Math.max(end - clock.monotonic(), 0), resolve);
  });
  await Promise.race([work, timeUp]);
  cancel();
}
