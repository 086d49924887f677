/**
 * When an agent may start: once it is known which model its mode uses, and where that is. It waits
 * for that a moment only; what is found out later it is told while it runs.
 */
import { findInstalled, runtimeOf } from "../core/installed-models.ts";
import type { AgentMode } from "../core/mode.ts";
import { parseModelRef } from "../core/model-ref.ts";
import type { State } from "../core/state.ts";
import type { Clock } from "../platform/ports.ts";

export type Readiness = {
  /** Resolves when the mode may start. */
  readonly ready: (mode: AgentMode) => Promise<void>;
  readonly stateChanged: () => void;
  /** Lets all start. */
  readonly stop: () => void;
};

type Waiting = { readonly mode: AgentMode; readonly go: () => void };

/**
 * No agent waits for its model longer than this; OpenCode itself takes 3 s to its prompt. On a busy
 * machine the first answers of a runtime that is up take more than a second.
 */
const patienceMs = 2000;

export function createReadiness(
  clock: Pick<Clock, "after">,
  options: { readonly state: () => State; readonly isSetUp: () => boolean },
): Readiness {
  let waiting: readonly Waiting[] = [];
  let stopped = false;

  const mayStart = (mode: AgentMode) =>
    stopped || (options.isSetUp() && knowsModel(options.state(), mode));

  function look(): void {
    const free = waiting.filter(({ mode }) => mayStart(mode));
    if (free.length === 0) return;
    waiting = waiting.filter((each) => !free.includes(each));
    for (const { go } of free) go();
  }

  return {
    ready(mode) {
      if (mayStart(mode)) return Promise.resolve();
      return new Promise((resolve) => {
        const entry: Waiting = {
          mode,
          go: () => {
            cancel();
            resolve();
          },
        };
        const cancel = clock.after(patienceMs, () => {
          waiting = waiting.filter((each) => each !== entry);
          resolve();
        });
        waiting = [...waiting, entry];
      });
    },
    stateChanged: look,
    stop() {
      stopped = true;
      look();
    },
  };
}

/** Whether nothing that is still to come would change which model a mode starts with. */
function knowsModel({ models }: State, mode: AgentMode): boolean {
  const wish = models.wishes[mode];
  // What is chosen has to fit into the memory.
  if (models.surveyed) {
    const described = Object.values(models.described).every(({ done }) => done);
    return wish !== undefined || (models.memory !== undefined && described);
  }
  if (!wish || wish.insteadOf !== undefined) return false;
  const found = runtimeOf(models.runtimes, wish.model);
  if (found) return findInstalled(found.runtime, found.name) !== undefined;
  const id = parseModelRef(wish.model)?.runtime;
  return !models.addresses.some((address) => address.id === id);
}
