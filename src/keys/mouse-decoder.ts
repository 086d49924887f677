/**
 * Mouse reports to events. The button byte is the same in all protocols (xterm ctlseqs, "Mouse
 * Tracking"): bits 0, 1 the button, 2 shift, 3 alt, 4 ctrl, 5 motion, 6 the wheel, 7 more buttons.
 */
import { type ControlSequence, numberAt } from "./control-sequence.ts";
import { type MouseButton, type MouseEvent, modifier } from "./key.ts";

type Report = {
  readonly bits: number;
  /** Cells from 1. */
  readonly column: number;
  readonly row: number;
  readonly released: boolean;
};

/** `CSI < bits ; column ; row M` or `m` (SGR, 1006), or without `<` (urxvt, 1015). */
export function sequenceMouse(csi: ControlSequence): MouseEvent | undefined {
  if (csi.fields.length !== 3 || csi.intermediates !== "") return undefined;
  const [bits, column, row] = [numberAt(csi, 0), numberAt(csi, 1), numberAt(csi, 2)];
  if (csi.prefix === "<" && (csi.final === "M" || csi.final === "m"))
    return mouseEvent({ bits, column, row, released: csi.final === "m" });
  if (csi.prefix !== "" || csi.final !== "M" || bits < 32) return undefined;
  return mouseEvent({ bits: bits - 32, column, row, released: isRelease(bits - 32) });
}

/** `CSI M` and three bytes: the first protocol (X10, 1000), each value plus 32. */
export function legacyMouse(bits: number, column: number, row: number): MouseEvent | undefined {
  if (bits < 32 || column < 33 || row < 33) return undefined;
  const released = isRelease(bits - 32);
  return mouseEvent({ bits: bits - 32, column: column - 32, row: row - 32, released });
}

/** The older protocols report a release as "button 3", whichever it was. */
function isRelease(bits: number): boolean {
  return (bits & 0b1110_0011) === 3;
}

function mouseEvent({ bits, column, row, released }: Report): MouseEvent | undefined {
  const button = buttonOf(bits);
  if (button === undefined || column < 1 || row < 1) return undefined;
  const action = actionOf(bits, released);
  return { type: "mouse", action, button, x: column - 1, y: row - 1, modifiers: heldBy(bits) };
}

function actionOf(bits: number, released: boolean): MouseEvent["action"] {
  if ((bits & 0b1100_0000) === 64) return "wheel";
  if (bits & 32) return "move";
  return released ? "release" : "press";
}

const buttons: readonly MouseButton[] = ["left", "middle", "right", "none"];
const wheels: readonly MouseButton[] = ["wheel-up", "wheel-down", "wheel-left", "wheel-right"];
const others: readonly MouseButton[] = ["back", "forward"];

function buttonOf(bits: number): MouseButton | undefined {
  if (bits > 0xff) return undefined;
  const family = [buttons, wheels, others, []][bits >> 6];
  return family?.[bits & 3];
}

function heldBy(bits: number): number {
  const shift = bits & 4 ? modifier.shift : 0;
  const alt = bits & 8 ? modifier.alt : 0;
  return shift | alt | (bits & 16 ? modifier.ctrl : 0);
}
