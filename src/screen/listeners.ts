/** A set of listeners to one kind of event. */

/** Ends a subscription; calling it twice is harmless. */
export type Cancel = () => void;

export type Listeners<Event extends readonly unknown[]> = {
  readonly count: number;
  readonly add: (listener: (...event: Event) => void) => Cancel;
  readonly tell: (...event: Event) => void;
};

/** Makes an empty set. */
export function createListeners<Event extends readonly unknown[]>(): Listeners<Event> {
  const listeners = new Set<(...event: Event) => void>();
  return {
    get count() {
      return listeners.size;
    },
    add(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell(...event) {
      for (const listener of listeners) listener(...event);
    },
  };
}
