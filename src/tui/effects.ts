/** The only place where anything happens: each effect of `update`, carried out. */
import type { Effect } from "../core/effect.ts";
import type { Happening } from "../core/message.ts";
import type { AgentMode } from "../core/mode.ts";
import type { ModelJob, SavedPicks } from "../core/models.ts";
import type { Saved } from "../core/state.ts";
import type { Cancel, Clock } from "../platform/ports.ts";

/** What the effects need, one deed each. */
export type Deeds = {
  readonly loadEnvironment: (refresh: boolean) => void;
  readonly cancelEnvironment: () => void;
  readonly useEnvironment: (which: "last-good" | "plain") => void;
  readonly startAgents: (modes: readonly AgentMode[]) => void;
  readonly stopAgent: (mode: AgentMode) => void;
  readonly setUpModels: () => void;
  readonly refreshRuntimes: () => void;
  readonly describeModel: (model: { readonly runtime: string; readonly model: string }) => void;
  readonly describeModels: (asked: {
    readonly runtime: string;
    readonly models: readonly string[];
  }) => void;
  readonly runJob: (job: ModelJob) => void;
  readonly cancelJob: (id: string) => void;
  readonly applyModel: (mode: AgentMode) => void;
  readonly tellAgent: (mode: AgentMode) => void;
  readonly copy: (text: string) => void;
  readonly copyByHand: (job: Omit<ModelJob, "id">) => void;
  readonly sendPrefix: (mode: AgentMode) => void;
  readonly scroll: (mode: AgentMode, pages: number) => void;
  readonly captureMouse: (on: boolean) => void;
  readonly examine: () => void;
  readonly mend: () => void;
  readonly readLog: () => void;
  readonly savePicks: (saved: SavedPicks) => void;
  readonly save: (saved: Saved) => void;
  readonly quit: (exitCode: number) => void;
  readonly dispatch: (happening: Happening) => void;
};

/** Makes the performer of effects; its timers are named, a new one replaces the old. */
export function createPerformer(clock: Clock, deeds: Deeds): (effect: Effect) => void {
  const timers = new Map<string, Cancel>();

  function startTimer({ name, ms, message }: Extract<Effect, { type: "start-timer" }>): void {
    timers.get(name)?.();
    timers.set(
      name,
      clock.after(ms, () => {
        timers.delete(name);
        deeds.dispatch(message);
      }),
    );
  }

  function stopTimer(name: string): void {
    timers.get(name)?.();
    timers.delete(name);
  }

  return function perform(effect: Effect): void {
    switch (effect.type) {
      case "set-up-models":
        return deeds.setUpModels();
      case "refresh-runtimes":
        return deeds.refreshRuntimes();
      case "describe-model":
        return deeds.describeModel(effect);
      case "describe-models":
        return deeds.describeModels(effect);
      case "run-job":
        return deeds.runJob(effect.job);
      case "cancel-job":
        return deeds.cancelJob(effect.id);
      case "apply-model":
        return deeds.applyModel(effect.mode);
      case "tell-agent":
        return deeds.tellAgent(effect.mode);
      case "copy":
        return deeds.copy(effect.text);
      case "copy-by-hand":
        return deeds.copyByHand(effect.job);
      case "load-environment":
        return deeds.loadEnvironment(effect.refresh);
      case "cancel-environment":
        return deeds.cancelEnvironment();
      case "use-environment":
        return deeds.useEnvironment(effect.which);
      case "start-agents":
        return deeds.startAgents(effect.modes);
      case "stop-agent":
        return deeds.stopAgent(effect.mode);
      case "send-prefix":
        return deeds.sendPrefix(effect.mode);
      case "scroll":
        return deeds.scroll(effect.mode, effect.pages);
      case "capture-mouse":
        return deeds.captureMouse(effect.on);
      case "examine":
        return deeds.examine();
      case "mend":
        return deeds.mend();
      case "read-log":
        return deeds.readLog();
      case "save-picks":
        return deeds.savePicks(effect.saved);
      case "save":
        return deeds.save(effect.saved);
      case "start-timer":
        return startTimer(effect);
      case "stop-timer":
        return stopTimer(effect.name);
      case "quit":
        return deeds.quit(effect.exitCode);
      default:
        return effect satisfies never;
    }
  };
}
