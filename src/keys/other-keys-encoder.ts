/** XTerm's modifyOtherKeys: `CSI 27 ; modifiers ; character ~` (xterm, "Modified Keys"). */
import { isCharacter, type KeyEvent, lockBits, modifier, upperCase } from "./key.ts";
import { controlByte, encodeLegacyKey, isTypingKey, type LegacyModes } from "./legacy-encoder.ts";

type OtherKeyModes = LegacyModes & { readonly modifyOtherKeys: 0 | 1 | 2 };

/** The bytes of a press or repeat for a child that set modifyOtherKeys to 1 or 2. */
export function encodeOtherKey(event: KeyEvent, modes: OtherKeyModes): string | undefined {
  const held = event.modifiers & ~lockBits;
  const legacy =
    held === 0 ||
    !isTypingKey(event) ||
    (held === modifier.shift && isCharacter(event.code)) ||
    (modes.modifyOtherKeys === 1 && isWellKnown(event, held));
  if (legacy) return encodeLegacyKey(event, modes);
  return `\x1b[27;${1 + held};${characterNumber(event)}~`;
}

/** Mode 1 leaves alone what already has bytes of its own that everyone understands. */
function isWellKnown(event: KeyEvent, held: number): boolean {
  // Alt is the ESC before the rest.
  const rest = held & ~modifier.alt;
  switch (event.code) {
    case "backspace":
    case "escape":
      return true;
    case "tab":
      return rest === 0 || rest === modifier.shift;
    case "enter":
      return rest === 0;
    case "space":
      return rest === 0 || rest === modifier.ctrl || rest === modifier.shift;
    default:
      return rest === 0 || rest === modifier.shift || (rest === modifier.ctrl && hasControl(event));
  }
}

function hasControl(event: KeyEvent): boolean {
  return controlByte(event.code) !== event.code;
}

const numbers: Readonly<Record<string, number>> = {
  enter: 13,
  escape: 27,
  backspace: 127,
  tab: 9,
  space: 32,
};

/** The character with shift, if shift is held: xterm sends `CSI 27 ; 6 ; 65 ~` for ctrl+shift+a. */
function characterNumber(event: KeyEvent): number {
  const shifted = event.shifted ?? upperCase(event.code);
  const character = event.modifiers & modifier.shift ? shifted : event.code;
  return numbers[event.code] ?? character.codePointAt(0)!;
}
