/** Sizes as people write them in settings and variables. */

const powers: Readonly<Record<string, number>> = { "": 0, k: 1, m: 2, g: 3, t: 4 };

/** What `parseByteSize` takes, for schemas: a number, then perhaps a unit. */
export const byteSizePattern = /^\s*(\d+(?:\.\d+)?)\s*([kmgtKMGT]?)(?:[iI]?[bB])?\s*$/;

/**
 * Bytes of "45GB", "45 GiB", "512m" or "45000000000"; undefined for anything else and for nothing at
 * all. A unit is a power of 1024, as it is where sizes are shown: what is set reads the same there.
 */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit] = byteSizePattern.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const bytes = Math.round(Number(digits) * 1024 ** (powers[(unit ?? "").toLowerCase()] ?? 0));
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : undefined;
}
