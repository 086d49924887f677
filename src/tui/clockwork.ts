/**
 * What happens by time: the clock on the screen ticks when a time on it changes, each second at most
 * and never while none is shown; the memory of the processes is looked at every few seconds.
 */
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import { nextTick } from "../core/tick.ts";
import type { Cancel, Clock, Processes } from "../platform/ports.ts";
import type { ProcessLedger } from "../project/leftovers.ts";
import type { Dispatch } from "./store.ts";

export type ClockworkOptions = {
  readonly clock: Clock;
  readonly processes: Processes;
  readonly ledger: ProcessLedger;
  readonly state: () => State;
  readonly dispatch: Dispatch;
  readonly pidOf: (mode: AgentMode) => number | undefined;
};

export type Clockwork = {
  readonly stateChanged: (state: State) => void;
  readonly stop: () => void;
};

const sampleMs = 5000;
/** A change below this is noise: it would redraw the panel of an idle agent for ever. */
const memoryStep = 16 * 1024 ** 2;

export function createClockwork(options: ClockworkOptions): Clockwork {
  const { clock, dispatch } = options;
  let tick: { readonly at: number; readonly cancel: Cancel } | undefined;
  let stopped = false;
  let sampling = clock.after(sampleMs, sample);

  /** A tick that is due before stays: a second does not begin anew with each change. */
  function tickWithin(ms: number): void {
    const at = clock.monotonic() + ms;
    if (tick && tick.at <= at) return;
    tick?.cancel();
    tick = { at, cancel: clock.after(ms, onTick) };
  }

  function onTick(): void {
    tick = undefined;
    dispatch({ type: "tick" });
  }

  function sample(): void {
    void takeSample().finally(() => {
      if (!stopped) sampling = clock.after(sampleMs, sample);
    });
  }

  async function takeSample(): Promise<void> {
    await options.ledger.sample();
    for (const mode of agentModes) {
      const pid = options.pidOf(mode);
      if (pid === undefined || stopped) continue;
      const tree = await options.processes.tree(pid);
      report(
        mode,
        tree.reduce((sum, { residentBytes }) => sum + residentBytes, 0),
      );
    }
  }

  function report(mode: AgentMode, bytes: number): void {
    const known = options.state().panes[mode].memoryBytes;
    if (bytes === 0 || (known !== undefined && Math.abs(bytes - known) < memoryStep)) return;
    dispatch({ type: "pane-memory", mode, bytes });
  }

  return {
    stateChanged(state) {
      const wait = stopped ? undefined : nextTick(state);
      if (wait !== undefined) tickWithin(wait);
    },
    stop() {
      stopped = true;
      tick?.cancel();
      sampling();
    },
  };
}
