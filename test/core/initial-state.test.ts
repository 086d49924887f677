import { describe, expect, it } from "vitest";
import { initialState } from "../../src/core/initial-state.ts";
import type { SavedPicks } from "../../src/core/models.ts";
import { defaultSettings, type Settings } from "../../src/core/settings.ts";
import { update } from "../../src/core/update.ts";
import { sampleNow as now } from "../fakes/sample-state.ts";

const command = { command: ["bash"], env: {} };
const set = { model: "anthropic/claude", env: {} };

function begin(picks?: SavedPicks, modes: Partial<Settings["modes"]> = {}) {
  return initialState({
    project: { root: "/shop", name: "shop" },
    settings: { ...defaultSettings, modes: { ...defaultSettings.modes, ...modes } },
    screen: { cols: 80, rows: 24 },
    saved: { sessions: { plan: "ses_1" }, focus: "build", layout: "rows", panel: "hidden" },
    now,
    ...(picks ? { picks } : {}),
  });
}

describe("the state at the start", () => {
  it("is what was saved the last time", () => {
    const state = begin();

    expect(state).toMatchObject({ focus: "build", layout: "rows", panel: "hidden" });
    expect(state.panes.plan.session?.id).toBe("ses_1");
    expect(state.panes.build.session).toBeUndefined();
  });

  it("wants the picked models before those of the settings, and none for commands", () => {
    const picks = { plan: { model: "ollama/a" }, review: { model: "ollama/b" } };
    const state = begin(
      { picks, recent: ["ollama/a"] },
      { plan: set, build: set, review: command },
    );

    expect(state.panes.plan.wantedModel).toBe("ollama/a");
    expect(state.panes.build.wantedModel).toBe("anthropic/claude");
    expect(state.panes.review.wantedModel).toBeUndefined();
    expect(state.models).toMatchObject({ picks, recent: ["ollama/a"] });
  });

  it("has conversations adopt what was picked while nothing ran, once", () => {
    const picks = {
      plan: { model: "ollama/a", fresh: true },
      build: { model: "ollama/a" },
    } as const;
    const state = begin({ picks, recent: [] });
    expect([state.panes.plan.adopts, state.panes.build.adopts]).toEqual([true, undefined]);

    const report = { type: "ready", version: "1.18.33", agent: "plan", model: "ollama/a" } as const;
    const [later, effects] = update(state, { type: "agent-report", mode: "plan", report, now });

    expect(later.panes.plan.adopts).toBeUndefined();
    const model = { model: "ollama/a" };
    expect(effects).toContainEqual({
      type: "save-picks",
      saved: { picks: { plan: model, build: model }, recent: [] },
    });
  });
});
