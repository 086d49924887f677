/**
 * Tells how far the view of a pane is scrolled back. It moves with our keys, but also while output
 * arrives: the view stays with the lines it shows, and a program that starts anew clears them.
 */
import type { AgentMode } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import type { Cancel, Clock } from "../platform/ports.ts";
import type { Dispatch } from "./store.ts";

export type ScrollPositionOptions = {
  readonly clock: Clock;
  readonly state: () => State;
  readonly dispatch: Dispatch;
  /** How many lines the view of a pane is scrolled back. */
  readonly scrolledBack: (mode: AgentMode) => number;
};

export type ScrollPosition = {
  readonly moved: (mode: AgentMode) => void;
  /** Under a flood the number is told a few times a second. */
  readonly outputArrived: (mode: AgentMode) => void;
  readonly stop: () => void;
};

const pauseMs = 250;

export function createScrollPosition(options: ScrollPositionOptions): ScrollPosition {
  const { clock, state, dispatch, scrolledBack } = options;
  const pauses = new Map<AgentMode, Cancel>();

  const isTold = (mode: AgentMode) => state().panes[mode].scrolledBack === scrolledBack(mode);

  function moved(mode: AgentMode): void {
    if (!isTold(mode)) dispatch({ type: "pane-scrolled", mode, lines: scrolledBack(mode) });
  }

  function pauseOver(mode: AgentMode): void {
    pauses.delete(mode);
    moved(mode);
  }

  return {
    moved,
    outputArrived(mode) {
      if (isTold(mode) || pauses.has(mode)) return;
      pauses.set(
        mode,
        clock.after(pauseMs, () => pauseOver(mode)),
      );
    },
    stop() {
      for (const cancel of pauses.values()) cancel();
    },
  };
}
