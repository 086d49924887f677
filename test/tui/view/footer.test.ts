import { describe, expect, it } from "vitest";
import type { State } from "../../../src/core/state.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleModelsState } from "../../fakes/sample-models.ts";
import { sampleNow as now, sampleState, sampleSummary } from "../../fakes/sample-state.ts";

function footer(changes: Partial<State>, cols = 100): string {
  return drawnText({ id: "footer", state: sampleState(changes), size: { cols, rows: 1 } });
}

const changed: State["environment"] = {
  type: "ready",
  summary: sampleSummary,
  reload: { type: "changed", newer: { at: now, summary: sampleSummary } },
};
const notice = {
  level: "error",
  text: "plan did not start",
  remedy: "ctrl+o r",
  until: now,
} as const;

const troubled = {
  wishes: { plan: { model: "llama-server/default", source: { from: "project" } } },
} as const;

describe("the footer", () => {
  it("shows keys, project and environment", () => {
    expect(footer({}, 60)).toBe(" alt+1 2 3 focus  ctrl+o ? help  ctrl+o q quit");
    expect(footer({}, 80)).toBe(
      " alt+1 2 3 focus  ctrl+o ? help  ctrl+o q quit         shop · cache environment",
    );
  });

  it.each<readonly [string, Partial<State>, RegExp]>([
    ["that it stops", { quitting: true }, /^ stopping the agents /],
    [
      "that it waits for a key",
      { prefix: { since: now, strip: false } },
      /^ ctrl\+o and then\? esc cancels /,
    ],
    ["a notice with its remedy", { notice }, /^ error: plan did not start · ctrl\+o r /],
    ["a changed environment", { environment: changed }, /environment changed, ctrl\+o R restarts$/],
    ["zoom", { zoomed: true }, / · zoom$/],
    ["a mouse that is let go", { mouseCaptured: false }, / · mouse off$/],
  ])("says %s", (_, changes, text) => {
    expect(footer(changes)).toMatch(text);
  });

  it("says that there is trouble with models where no panel shows it", () => {
    const text = (changes: Partial<State>) => {
      const state = sampleModelsState(troubled, { screen: { cols: 90, rows: 25 }, ...changes });
      return drawnText({ id: "footer", state, size: { cols: 90, rows: 1 } });
    };

    expect(text({})).toMatch(/ model trouble, ctrl\+o M$/);
    expect(text({ panel: "shown" })).not.toContain("trouble");
  });

  it("gives a notice all the row it needs", () => {
    const text = "x".repeat(60);

    expect(footer({ notice: { level: "info", text, until: now } }, 64)).toBe(` ${text}`);
  });

  it("cuts no key in two where the row is short", () => {
    expect(footer({ environment: changed }, 62)).toBe(
      " alt+1 2 3 focus       environment changed, ctrl+o R restarts",
    );
  });
});
