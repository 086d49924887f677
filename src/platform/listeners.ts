import type { Cancel } from "./ports.ts";

/** Those who want to hear of one thing. */
export type Listeners<T> = {
  readonly add: (listener: (value: T) => void) => Cancel;
  readonly tell: (value: T) => void;
};

/** Makes an empty set of listeners. */
export function createListeners<T>(): Listeners<T> {
  const all = new Set<(value: T) => void>();
  return {
    add: (listener) => {
      all.add(listener);
      return () => all.delete(listener);
    },
    tell: (value) => {
      for (const listener of all) listener(value);
    },
  };
}
