/** Waits until `look` gives something true and returns it; on time-out it says what was seen. */
export async function until<T>(
  look: () => T | Promise<T>,
  { timeoutMs = 10_000, seen }: { readonly timeoutMs?: number; readonly seen?: () => unknown } = {},
): Promise<NonNullable<T>> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value) return value;
    if (performance.now() > end) {
      const last: unknown = seen ? seen() : value;
      throw new Error(`not seen within ${timeoutMs} ms; last: ${JSON.stringify(last)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
