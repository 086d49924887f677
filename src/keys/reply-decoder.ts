/** What the outer terminal answers to our own queries (xterm ctlseqs; kitty's protocols). */
import { parseColour } from "./colour.ts";
import { type ControlSequence, numberAt } from "./control-sequence.ts";
import type { Reply } from "./key.ts";

/** An answer in the form of a control sequence. Cursor reports (`R`) are not decided here. */
export function sequenceReply(csi: ControlSequence): Reply | undefined {
  switch (`${csi.prefix}${csi.intermediates}${csi.final}`) {
    case "?c":
      return { type: "device-attributes", level: 1, values: numbers(csi) };
    case ">c":
      return { type: "device-attributes", level: 2, values: numbers(csi) };
    case "?$y":
      return { type: "mode", mode: numberAt(csi, 0), private: true, value: numberAt(csi, 1) };
    case "$y":
      return { type: "mode", mode: numberAt(csi, 0), private: false, value: numberAt(csi, 1) };
    case "?u":
      return { type: "keyboard-flags", flags: numberAt(csi, 0) };
    case "?R":
      return cursorReply(csi);
    case "n":
      return numberAt(csi, 0, { otherwise: -1 }) === 0 ? { type: "status" } : undefined;
    case "?n":
      return schemeReply(csi);
    case "t":
      return sizeReply(csi);
    default:
      return undefined;
  }
}

/** CPR: `CSI row ; column R`. */
export function cursorReply(csi: ControlSequence): Reply {
  const x = numberAt(csi, 1, { otherwise: 1 }) - 1;
  return { type: "cursor", x, y: numberAt(csi, 0, { otherwise: 1 }) - 1 };
}

function schemeReply(csi: ControlSequence): Reply | undefined {
  const scheme = numberAt(csi, 1);
  if (numberAt(csi, 0) !== 997 || scheme < 1 || scheme > 2) return undefined;
  return { type: "colour-scheme", scheme: scheme === 1 ? "dark" : "light" };
}

function sizeReply(csi: ControlSequence): Reply | undefined {
  const [first, second] = [numberAt(csi, 1), numberAt(csi, 2)];
  if (first === 0 || second === 0) return undefined;
  switch (numberAt(csi, 0)) {
    case 4:
      return { type: "window-pixels", width: second, height: first };
    case 6:
      return { type: "cell-pixels", width: second, height: first };
    case 8:
      return { type: "screen-cells", cols: second, rows: first };
    default:
      return undefined;
  }
}

function numbers({ fields }: ControlSequence): readonly number[] {
  return fields.map((field) => field[0] ?? 0);
}

/** An operating system command: the colours. */
export function commandReply(content: string): Reply | undefined {
  const [number, ...rest] = content.split(";");
  const colour = parseColour(rest.at(-1) ?? "");
  if (!colour) return undefined;
  if (number === "4") return { type: "palette-colour", index: Number(rest[0]), colour };
  if (number === "10") return { type: "foreground", colour };
  if (number === "11") return { type: "background", colour };
  return number === "12" ? { type: "cursor-colour", colour } : undefined;
}

/** A device control string: XTVERSION and XTGETTCAP. */
export function deviceReply(content: string): Reply | undefined {
  if (content.startsWith(">|")) return { type: "version", text: printable(content.slice(2)) };
  const known = content.startsWith("1+r");
  if (!known && !content.startsWith("0+r")) return undefined;
  const [name = "", value = ""] = (content.slice(3).split(";")[0] ?? "").split("=");
  return { type: "capability", name: fromHex(name), value: known ? fromHex(value) : undefined };
}

/** An application program command: the kitty graphics protocol. */
export function applicationReply(content: string): Reply | undefined {
  return content.startsWith("G") ? { type: "graphics", ok: content.endsWith(";OK") } : undefined;
}

function fromHex(digits: string): string {
  const pairs = digits.match(/[\da-f]{2}/gi) ?? [];
  return printable(pairs.map((pair) => String.fromCharCode(Number.parseInt(pair, 16))).join(""));
}

function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "");
}
