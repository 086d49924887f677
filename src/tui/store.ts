/**
 * The store and its loop: a message goes in, `update` gives the next state and effects, the state is
 * published, then the effects are carried out. What an effect sends while it runs waits its turn,
 * so that messages are handled one after the other, in order.
 */
import { createStore } from "zustand/vanilla";
import type { Effect } from "../core/effect.ts";
import type { Happening } from "../core/message.ts";
import type { State } from "../core/state.ts";
import { update } from "../core/update.ts";
import type { Cancel, Clock } from "../platform/ports.ts";

export type Dispatch = (happening: Happening) => void;

export type Store = {
  readonly state: () => State;
  readonly dispatch: Dispatch;
  /** Called after each change, before its effects are carried out. */
  readonly subscribe: (listener: (state: State, previous: State) => void) => Cancel;
};

export type StoreOptions = {
  readonly initial: State;
  readonly clock: Clock;
  readonly perform: (effect: Effect) => void;
};

export function createDispatchingStore({ initial, clock, perform }: StoreOptions): Store {
  const store = createStore<State>(() => initial);
  const queue: Happening[] = [];
  let running = false;

  function handle(happening: Happening): void {
    const state = store.getState();
    const [next, effects] = update(state, { ...happening, now: clock.now() });
    if (next !== state) store.setState(next, true);
    for (const effect of effects) perform(effect);
  }

  function dispatch(happening: Happening): void {
    queue.push(happening);
    if (running) return;
    running = true;
    try {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) handle(next);
    } finally {
      running = false;
    }
  }

  return { state: store.getState, dispatch, subscribe: store.subscribe };
}
