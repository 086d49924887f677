/** Keys to bytes, in the protocol that the focused child asked for. */
import type { KeyEvent } from "./key.ts";
import { encodeKittyKey } from "./kitty-encoder.ts";
import { encodeLegacyKey } from "./legacy-encoder.ts";
import { encodeOtherKey } from "./other-keys-encoder.ts";

/** What a child asked its terminal to send; the emulator of its pane knows. */
export type KeyModes = {
  /** DECCKM: cursor keys as `SS3 A`. */
  readonly applicationCursor: boolean;
  /** DECKPAM: keypad keys as `SS3 p`. */
  readonly applicationKeypad: boolean;
  /** The kitty keyboard protocol's progressive enhancement: 1, 2, 4, 8, 16 added up; 0 is off. */
  readonly kittyFlags: number;
  /** XTerm's `CSI > 4 ; n m`. */
  readonly modifyOtherKeys: 0 | 1 | 2;
};

/** The bytes that say a key to a child; undefined when it did not ask to hear of such keys. */
export function encodeKey(event: KeyEvent, modes: KeyModes): string | undefined {
  if (modes.kittyFlags > 0) return encodeKittyKey(event, modes);
  if (event.kind === "release") return undefined;
  return modes.modifyOtherKeys > 0 ? encodeOtherKey(event, modes) : encodeLegacyKey(event, modes);
}
