/**
 * Control sequences as ECMA-48 builds them: `ESC [`, parameters (0x30 to 0x3f), intermediate bytes
 * (0x20 to 0x2f), one final byte (0x40 to 0x7e). Parameters are fields parted by `;`, a field can
 * have parts, parted by `:`.
 */
export type ControlSequence = {
  /** One of `< = > ?`, or nothing. */
  readonly prefix: string;
  /** The numbers; a part that is not there is undefined. No parameters: no fields. */
  readonly fields: readonly Field[];
  readonly intermediates: string;
  /** Empty when a byte that cannot stand here broke the sequence off. */
  readonly final: string;
  /** Behind the last byte of the sequence. */
  readonly end: number;
};

export type Field = readonly (number | undefined)[];

/** Larger numbers mean nothing in any protocol; the limit keeps them whole numbers. */
const largestNumber = 0x7fffffff;

/** Reads the sequence whose parameters begin at `at`; undefined when its end has not come yet. */
export function readControlSequence(bytes: Uint8Array, at: number): ControlSequence | undefined {
  let prefix = "";
  let end = at;
  const first = bytes[at];
  if (first !== undefined && first >= 0x3c && first <= 0x3f) {
    prefix = String.fromCharCode(first);
    end++;
  }
  const parameters = readFields(bytes, end);
  end = parameters.end;
  let intermediates = "";
  for (; end < bytes.length; end++) {
    const byte = bytes[end]!;
    const { fields } = parameters;
    if (byte >= 0x40 && byte <= 0x7e)
      return { prefix, fields, intermediates, final: String.fromCharCode(byte), end: end + 1 };
    if (byte < 0x20 || byte > 0x2f) return { prefix, fields, intermediates, final: "", end };
    if (byte === 0x24 && isRxvtShift(prefix, fields, intermediates))
      return { prefix, fields, intermediates, final: "$", end: end + 1 };
    intermediates += String.fromCharCode(byte);
  }
  return undefined;
}

/** Rxvt ends a shifted key with `$` (`CSI 5 $`); a mode report has two fields (`CSI 4 ; 1 $ y`). */
function isRxvtShift(prefix: string, fields: readonly Field[], intermediates: string): boolean {
  return prefix === "" && intermediates === "" && fields.length === 1;
}

function readFields(bytes: Uint8Array, from: number): { fields: readonly Field[]; end: number } {
  const fields: (number | undefined)[][] = [];
  let parts: (number | undefined)[] = [];
  let value: number | undefined;
  let at = from;
  for (; at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte < 0x30 || byte > 0x3b) break;
    if (byte < 0x3a) {
      value = Math.min((value ?? 0) * 10 + byte - 0x30, largestNumber);
      continue;
    }
    parts.push(value);
    value = undefined;
    if (byte === 0x3a) continue;
    fields.push(parts);
    parts = [];
  }
  if (at === from) return { fields, end: at };
  parts.push(value);
  fields.push(parts);
  return { fields, end: at };
}

/** A number of a sequence, or what holds when it is left out. */
export function numberAt(
  { fields }: ControlSequence,
  field: number,
  { part = 0, otherwise = 0 }: { part?: number; otherwise?: number } = {},
): number {
  return fields[field]?.[part] ?? otherwise;
}
