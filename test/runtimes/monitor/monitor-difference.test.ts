import { describe, expect, it } from "vitest";
import type { RuntimeState } from "../../../src/core/runtime.ts";
import { isEqual, looksSame } from "../../../src/runtimes/monitor/monitor-difference.ts";
import { createScriptedRuntime, scriptedAddress } from "../../fakes/scripted-runtime.ts";

const loaded = { name: "a", instance: "a", state: "loaded" } as const;

type Row = readonly [string, Partial<RuntimeState>];

function state(change: Partial<RuntimeState> = {}): RuntimeState {
  return {
    address: scriptedAddress(),
    kind: "ollama",
    connection: { type: "up" },
    abilities: createScriptedRuntime().adapter.abilities,
    loaded: [{ ...loaded, expiresAt: 10_000 }],
    installed: [{ name: "a", chat: true, cloud: false, described: false }],
    installedAt: 1,
    troubles: [],
    reloads: {},
    ...change,
  };
}

describe("two states of a runtime", () => {
  it.each([
    ["nothing", {}],
    ["the time its list was read", { installedAt: 2 }],
    ["a model's end, a little", { loaded: [{ ...loaded, expiresAt: 11_999 }] }],
  ] satisfies readonly Row[])("look the same when they differ in %s", (_, change) => {
    expect(looksSame(state(), state(change))).toBe(true);
  });

  it.each([
    ["a model's end", { loaded: [{ ...loaded, expiresAt: 12_000 }] }],
    ["a model that stays for ever now", { loaded: [{ ...loaded, expiresAt: "never" }] }],
    ["what is loaded", { loaded: [] }],
    ["a model's context", { loaded: [{ ...loaded, context: 1 }] }],
    ["what is installed", { installed: [] }],
    ["the connection", { connection: { type: "probing" } }],
    ["loads", { reloads: { a: 1 } }],
  ] satisfies readonly Row[])("do not look the same when they differ in %s", (_, change) => {
    expect(looksSame(state(), state(change))).toBe(false);
  });

  it("do not look the same before and after the list was read", () => {
    const { installedAt: _, ...unread } = state({ installed: [] });
    expect(looksSame(unread, state({ installed: [] }))).toBe(false);
  });
});

describe("plain values", () => {
  it.each([
    [1, 1, true],
    [Number.NaN, Number.NaN, true],
    [null, {}, false],
    [[1, [2]], [1, [2]], true],
    [[1, 2], [1], false],
    [{ a: undefined }, {}, false],
    [{ a: { b: "c" } }, { a: { b: "c" } }, true],
  ])("%j and %j are compared all the way down", (a, b, equal) => {
    expect(isEqual(a, b)).toBe(equal);
  });
});
