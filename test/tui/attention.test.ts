import { expect, it } from "vitest";
import type { Overlay, State } from "../../src/core/state.ts";
import { attentionOf, memoryAttention } from "../../src/tui/attention.ts";
import {
  downLlamaServer,
  remoteOllama,
  sampleModelsState,
  sampleOllama,
} from "../fakes/sample-models.ts";
import { sampleState, withPane } from "../fakes/sample-state.ts";

const small = { cols: 80, rows: 24 };
const picker: Overlay = {
  type: "model-picker",
  mode: "plan",
  query: "",
  selected: 0,
  arithmetic: false,
};
const options: Overlay = {
  type: "switch-options",
  mode: "plan",
  model: "a/b",
  selected: 0,
  arithmetic: false,
};
const loading = sampleState().environment;

it.each<[string, Partial<State>, string]>([
  ["a panel beside the panes", {}, "shown"],
  ["a panel that is hidden", { panel: "hidden" }, "hidden"],
  ["a small screen", { screen: small }, "hidden"],
  ["a small screen with the panel", { screen: small, panel: "shown" }, "shown"],
  ["the picker", { screen: small, overlay: picker }, "focused"],
  ["the ways to switch", { screen: small, overlay: options }, "focused"],
  ["the list", { overlay: { type: "models", selected: 0, details: false } }, "focused"],
  ["another overlay", { screen: small, overlay: { type: "log", lines: [], top: 0 } }, "hidden"],
  ["a terminal that is too small", { screen: { cols: 20, rows: 5 }, panel: "shown" }, "hidden"],
])("somebody looks at the models as closely as at %s", (_title, changes, attention) => {
  expect(attentionOf(sampleState({ environment: loading, ...changes }))).toBe(attention);
});

it.each([
  ["of a runtime here", [sampleOllama], "shown"],
  ["of a runtime that is down", [downLlamaServer], "hidden"],
  ["of one on another machine", [remoteOllama], "hidden"],
  ["without any", [], "hidden"],
])("the memory %s is looked at as it needs", (_title, runtimes, attention) => {
  expect(memoryAttention(sampleModelsState({ runtimes }), "shown")).toBe(attention);
});

it("an agent that waits for its model has its runtime asked, although nothing shows the models", () => {
  const hidden = { screen: small, environment: loading };
  const runtimes = [{ ...sampleOllama, loaded: [] }];
  const activity = { type: "busy", since: 0 } as const;
  const waiting = withPane(sampleModelsState({ runtimes }, hidden), "build", { activity });
  const answering = withPane(sampleModelsState({}, hidden), "build", { activity });

  expect(attentionOf(waiting)).toBe("shown");
  expect(attentionOf(answering)).toBe("hidden");
});
