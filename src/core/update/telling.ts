/**
 * An agent is started before anybody knows for sure how long the context of its model is. Once that
 * is known, or turns out to be otherwise, it is told, while it rests: it goes on as it is.
 */
import { correctedModel } from "../agent-model.ts";
import { type AgentMode, agentModes } from "../mode.ts";
import { isSameModelName } from "../model-ref.ts";
import type { State } from "../state.ts";
import { andThen, type Step, step, withPane } from "./step.ts";
import { isOccupied } from "./switching.ts";

export function tellAgents(state: State): Step {
  return agentModes
    .filter((mode) => hasNews(state, mode))
    .reduce<Step>(
      (done, mode) =>
        andThen(done, (next) =>
          step(withPane(next, mode, { telling: true }), { type: "tell-agent", mode }),
        ),
      step(state),
    );
}

function hasNews({ models, panes }: State, mode: AgentMode): boolean {
  const pane = panes[mode];
  const { told, telling, process, model } = pane;
  if (!told || telling || process.type !== "running" || isOccupied(pane)) return false;
  const change = models.switches[mode];
  if (change && change.step.type !== "failed") return false;
  // One that the user picked in OpenCode itself is not ours to describe.
  if (model !== undefined && !isSameModelName(model, told.ref)) return false;
  return correctedModel(models, mode, told) !== undefined;
}
