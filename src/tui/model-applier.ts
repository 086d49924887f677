/**
 * Joins the giving of models to the panes: it knows how to reach the agent of each mode, and which
 * prompts were put aside for a restart.
 */
import { correctedModel, type ToldModel, toldModel } from "../core/agent-model.ts";
import { type Problem, toProblem } from "../core/error.ts";
import type { AgentMode } from "../core/mode.ts";
import { parseModelRef } from "../core/model-ref.ts";
import type { ModelsState } from "../core/models.ts";
import type { State } from "../core/state.ts";
import { modelsAfterSwitch } from "../core/update/switching.ts";
import { adoptModel } from "../opencode/adopt-model.ts";
import type { OpencodeClient } from "../opencode/client.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { applyModel, correctModel, type RunningAgent, tellModel } from "./apply-model.ts";
import { paneModel, withToken } from "./pane-model.ts";
import type { Dispatch } from "./store.ts";

export type ModelApplierOptions = {
  readonly ports: Pick<Ports, "clock" | "files" | "network" | "log">;
  readonly state: () => State;
  readonly dispatch: Dispatch;
  /** The variables of the development shell, which the panes get. */
  readonly variables: () => Variables;
  /** The text of a pane's screen as it is now. */
  readonly screen: (mode: AgentMode) => string;
};

export type ModelApplier = {
  /** An agent starts in a mode, told of its model; returns what is to be done once it answers. */
  readonly starts: (
    mode: AgentMode,
    agent: RunningAgent,
    told?: ToldModel,
  ) => (client: OpencodeClient) => Promise<void>;
  /** Gives the conversation of a mode the model of its switch, then reports `model-applied`. */
  readonly apply: (mode: AgentMode) => void;
  /** Tells the agent of a mode what was found out of its model, then reports `agent-told`. */
  readonly tell: (mode: AgentMode) => void;
};

/** An agent that turned out to be busy is looked at again after this, in ms. */
const busyMs = 1000;

type Given = { readonly models: ModelsState; readonly model: string };

export function createModelApplier(options: ModelApplierOptions): ModelApplier {
  const { ports, state, dispatch } = options;
  const agents = new Map<AgentMode, RunningAgent>();
  const stashed = new Set<AgentMode>();
  const working = new Map<AgentMode, Promise<void>>();

  /** What is done to one agent is done one after the other: it reads its configuration each time. */
  function inTurn(mode: AgentMode, deed: () => Promise<void>): void {
    working.set(mode, (working.get(mode) ?? Promise.resolve()).then(deed, deed));
  }

  function reportTold(mode: AgentMode, told: ToldModel | undefined): void {
    dispatch({ type: "agent-told", mode, ...(told ? { told } : {}) });
  }

  async function apply(mode: AgentMode): Promise<void> {
    const models = modelsAfterSwitch(state(), mode);
    const model = models.wishes[mode]?.model ?? "";
    const report = (live: boolean, problem?: Problem) =>
      dispatch({ type: "model-applied", mode, model, live, ...(problem ? { problem } : {}) });
    try {
      const live = await isLive(mode, { models, model });
      if (live) reportTold(mode, toldModel(models, mode));
      report(live);
    } catch (error) {
      report(false, toProblem(error));
    }
  }

  async function isLive(mode: AgentMode, { models, model }: Given): Promise<boolean> {
    const ref = parseModelRef(model);
    const agent = agents.get(mode);
    if (!ref || !agent) return false;
    const applied = await applyModel(ports, {
      agent,
      sessionId: state().panes[mode].session?.id,
      model: { provider: ref.runtime, name: ref.name },
      localModel: paneModel(models, mode, options.variables()),
      screen: () => options.screen(mode),
    });
    if (applied.live) return true;
    ports.log.info(`${mode} starts again for its new model: ${applied.why}`);
    if (applied.stashed) stashed.add(mode);
    return false;
  }

  /** What is refused is not tried again: something else than we says what the agent is to know. */
  async function tell(mode: AgentMode): Promise<void> {
    const agent = agents.get(mode);
    const { models, panes } = state();
    const before = panes[mode].told;
    const corrected = before && correctedModel(models, mode, before);
    if (!agent || !corrected) return reportTold(mode, before);
    const localModel = withToken(corrected.model, models, options.variables());
    const end = await correctModel(ports, { agent, localModel }).catch(() => "refused" as const);
    if (end === "busy") await ports.clock.wait(busyMs);
    const { context, output } = localModel;
    ports.log.info(`${mode} is told of a context of ${context}, answers of ${output}: ${end}`);
    // Another agent has been started in the meantime, and told by that.
    if (agents.get(mode) === agent) reportTold(mode, end === "busy" ? before : corrected.told);
  }

  /**
   * An agent that started before its runtime was known lacks the provider that its model names; it
   * is told now. Leaving for the first page takes away the question which provider it shall be.
   */
  async function tellLate(mode: AgentMode, client: OpencodeClient): Promise<void> {
    const agent = agents.get(mode);
    const localModel = paneModel(state().models, mode, options.variables());
    if (!agent || !localModel) return;
    if (await client.knownModel(localModel.provider, localModel.name)) return;
    const told = toldModel(state().models, mode);
    const isTold = await tellModel(ports, client, { agent, localModel });
    if (isTold) reportTold(mode, told);
    ports.log.info(`${mode} is told of its model late: ${isTold ? "done" : "refused"}`);
    if (isTold && state().panes[mode].session === undefined) await client.runCommand("session.new");
  }

  return {
    starts(mode, agent, told) {
      agents.set(mode, agent);
      reportTold(mode, told);
      const { adopts, wantedModel, session } = state().panes[mode];
      const ref = adopts && wantedModel ? parseModelRef(wantedModel) : undefined;
      const isStashed = stashed.delete(mode);
      return async (client) => {
        await tellLate(mode, client);
        await adoptModel(client, {
          clock: ports.clock,
          agentName: agent.agentName,
          stashed: isStashed,
          screen: () => options.screen(mode),
          ...(session ? { sessionId: session.id } : {}),
          ...(ref ? { model: { provider: ref.runtime, name: ref.name } } : {}),
        });
      };
    },
    apply: (mode) => inTurn(mode, () => apply(mode)),
    tell: (mode) => inTurn(mode, () => tell(mode)),
  };
}
