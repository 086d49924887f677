import type { AgentReport } from "../core/agent.ts";
import type { Problem } from "../core/error.ts";
import { isSameModelName } from "../core/model-ref.ts";
import { rootSession, type Watched } from "./activity.ts";
import { type Checked, otherModel, type Wanted } from "./agent-check.ts";
import { versionProblem } from "./version.ts";

/** The first thing told of an agent. */
export type Ready = Checked & { readonly version: string };

export type Teller = {
  ready(ready: Ready): void;
  watched(watched: Watched): void;
  lost(): void;
};

/** Reports what is new, and only that. */
export function createTeller(wanted: Wanted, report: (report: AgentReport) => void): Teller {
  const { mode, agentName } = wanted;
  let ready: Ready | undefined;
  let checkedModel: string | undefined;
  let activity = "";
  let session = "";
  let problem = "";
  let lost = false;

  /** "ready" clears the mismatch of a pane, so it is told again when all is well again. */
  function tellProblem(found: Problem | undefined, used?: string): void {
    const text = JSON.stringify(found ?? "");
    if (text === problem || !ready) return;
    problem = text;
    if (found) return report({ type: "mismatch", problem: found });
    const { version } = ready;
    const model = used ?? ready.model;
    report({ type: "ready", version, agent: agentName, ...(model ? { model } : {}) });
  }

  function problemWith(model: string | undefined, { problem: found, version }: Ready) {
    const { wantedModel } = wanted;
    // What was found out about another model than the one that is wanted now is no longer news.
    const outdated = isOfModel(found) && checkedModel !== wantedModel;
    if (found && !outdated) return found;
    if (model === undefined || wantedModel === undefined) return versionProblem(version);
    return !isSameModelName(model, wantedModel)
      ? otherModel(mode, model, wantedModel)
      : versionProblem(version);
  }

  return {
    ready(now) {
      ready = now;
      checkedModel = wanted.wantedModel;
      problem = "?";
      tellProblem(undefined);
      tellProblem(now.problem ?? versionProblem(now.version));
    },
    watched(watched) {
      const told = JSON.stringify(watched.activity);
      if (told !== activity || lost) report({ type: "activity", activity: watched.activity });
      activity = told;
      lost = false;
      const root = rootSession(watched);
      if (!root || !ready) return;
      const { id, title, model } = root;
      const text = JSON.stringify([id, title, model]);
      if (text !== session) report({ type: "session", id, title, ...(model ? { model } : {}) });
      session = text;
      tellProblem(problemWith(model, ready), model);
    },
    lost() {
      if (!lost) report({ type: "lost" });
      lost = true;
    },
  };
}

function isOfModel(problem: Problem | undefined): boolean {
  return problem?.code === "opencode/model-missing" || problem?.code === "opencode/other-model";
}
