import type { KeyEvent } from "./key.ts";

/** Remembers the keys whose press was for us, so that no child sees them go up or repeat. */
export type SwallowedKeys = {
  /** The press of this key is ours. */
  take(event: KeyEvent): void;
  /** Whether this event belongs to a key that we took: its release, whatever else is held by now. */
  isOurs(event: KeyEvent): boolean;
};

/** Makes the memory of one terminal. Where no releases are reported it keeps a code a key, no more. */
export function createSwallowedKeys(): SwallowedKeys {
  const down = new Set<string>();
  return {
    take(event) {
      down.add(event.code);
    },
    isOurs(event) {
      if (event.kind === "release") return down.delete(event.code);
      if (event.kind === "press") down.delete(event.code);
      return event.kind === "repeat" && down.has(event.code);
    },
  };
}
