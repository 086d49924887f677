/**
 * Joins the giving of models to the panes: it knows how to reach the agent of each mode, and which
 * prompts were put aside for a restart.
 */
import { type Problem, toProblem } from "../core/error.ts";
import type { AgentMode } from "../core/mode.ts";
import { parseModelRef } from "../core/model-ref.ts";
import type { ModelsState } from "../core/models.ts";
import type { State } from "../core/state.ts";
import { modelsAfterSwitch } from "../core/update/switching.ts";
import { adoptModel } from "../opencode/adopt-model.ts";
import type { OpencodeClient } from "../opencode/client.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { applyModel, type RunningAgent, tellModel } from "./apply-model.ts";
import { paneModel } from "./pane-model.ts";
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
  /** An agent starts in a mode; returns what is to be done once it answers. */
  readonly starts: (
    mode: AgentMode,
    agent: RunningAgent,
  ) => (client: OpencodeClient) => Promise<void>;
  /** Gives the conversation of a mode the model of its switch, then reports `model-applied`. */
  readonly apply: (mode: AgentMode) => void;
};

type Given = { readonly models: ModelsState; readonly model: string };

export function createModelApplier(options: ModelApplierOptions): ModelApplier {
  const { ports, state, dispatch } = options;
  const agents = new Map<AgentMode, RunningAgent>();
  const stashed = new Set<AgentMode>();

  async function apply(mode: AgentMode): Promise<void> {
    const models = modelsAfterSwitch(state(), mode);
    const model = models.wishes[mode]?.model ?? "";
    const report = (live: boolean, problem?: Problem) =>
      dispatch({ type: "model-applied", mode, model, live, ...(problem ? { problem } : {}) });
    try {
      report(await isLive(mode, { models, model }));
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

  /**
   * An agent that started before its runtime was known lacks the provider that its model names; it
   * is told now. Leaving for the first page takes away the question which provider it shall be.
   */
  async function tellLate(mode: AgentMode, client: OpencodeClient): Promise<void> {
    const agent = agents.get(mode);
    const localModel = paneModel(state().models, mode, options.variables());
    if (!agent || !localModel) return;
    if (await client.knownModel(localModel.provider, localModel.name)) return;
    const isTold = await tellModel(ports, client, { agent, localModel });
    ports.log.info(`${mode} is told of its model late: ${isTold ? "done" : "refused"}`);
    if (isTold && state().panes[mode].session === undefined) await client.runCommand("session.new");
  }

  return {
    starts(mode, agent) {
      agents.set(mode, agent);
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
    apply: (mode) => void apply(mode),
  };
}
