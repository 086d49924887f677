import { describe, expect, it } from "vitest";
import type { Effect } from "../../../src/core/effect.ts";
import type { Happening } from "../../../src/core/message.ts";
import type { InstalledModel, RuntimeState } from "../../../src/core/runtime.ts";
import {
  sampleInstalled,
  sampleMemory,
  sampleModelsState,
  sampleRuntime,
} from "../../fakes/sample-models.ts";
import { after } from "./steps.ts";

/** As the list of an old Ollama has them: it does not say what they can do. */
function untold(name: string, changes: Partial<InstalledModel> = {}): InstalledModel {
  const { tools: _, maxContext: __, ...model } = sampleInstalled(name, { described: false });
  return { ...model, ...changes };
}

const small = untold("coder:7b", { parameters: "7B" });
const large = untold("coder:14b", { parameters: "14B", sizeBytes: 9e9 });
const old = sampleRuntime("ollama", { version: "0.24.0", installed: [small, large] });

const empty = sampleModelsState({
  runtimes: [],
  addresses: [old.address],
  wishes: {},
  picks: {},
  surveyed: false,
  memory: { ...sampleMemory, usedBytes: 0 },
});

function picked(model: string) {
  return {
    ...empty,
    models: { ...empty.models, picks: { plan: { model }, build: { model }, review: { model } } },
  };
}

function changed(runtime: RuntimeState): Happening {
  return { type: "runtime-changed", runtime };
}

function described(model: InstalledModel): Happening {
  return {
    type: "model-described",
    runtime: "ollama",
    model: { ...model, described: true, tools: true, maxContext: 131_072 },
  };
}

const surveyed = { type: "runtimes-surveyed" } as const;
const allDescribed = { type: "models-described", runtime: "ollama" } as const;

/** One name where one model is asked for, a list where many are. */
function asked(effects: readonly Effect[]): readonly (string | readonly string[])[] {
  return effects.flatMap<string | readonly string[]>((effect) => {
    if (effect.type === "describe-model") return [effect.model];
    return effect.type === "describe-models" ? [[...effect.models]] : [];
  });
}

describe("the details of a model", () => {
  it("are asked for when a mode is meant to use it, once for all modes", () => {
    const [, effects] = after(picked("ollama/coder:7b"), changed(old), changed(old));

    expect(asked(effects)).toEqual(["coder:7b"]);
  });

  it("are asked for again only when the list has been read anew", () => {
    const [next] = after(picked("ollama/coder:7b"), changed(old));
    const again = { ...old, installedAt: (old.installedAt ?? 0) + 60_000 };

    expect(asked(after(next, changed(old))[1])).toEqual([]);
    expect(asked(after(next, changed(again))[1])).toEqual(["coder:7b"]);
  });

  it("are not asked for of one that is described, or of a runtime that is down", () => {
    const known = { ...old, installed: [sampleInstalled("coder:7b")] };
    const problem = { code: "runtime/not-running", message: "", remedy: "" } as const;
    const down = { ...old, connection: { type: "down", since: 0, problem } } as const;

    expect(asked(after(picked("ollama/coder:7b"), changed(known))[1])).toEqual([]);
    expect(asked(after(picked("ollama/coder:7b"), changed(down))[1])).toEqual([]);
  });

  it("are asked for of all models when one has to be chosen and no list says what they can do", () => {
    const [next, effects] = after(empty, changed(old), surveyed);

    expect(asked(effects)).toEqual([["coder:7b", "coder:14b"]]);
    expect(next.models.wishes).toEqual({});
  });

  it("are all there before one is chosen, so that it is the best of all", () => {
    const [early] = after(empty, changed(old), surveyed, described(small));
    expect(early.models.wishes).toEqual({});

    const [next, effects] = after(early, described(large), allDescribed);
    expect(next.models.wishes.build).toEqual({
      model: "ollama/coder:14b",
      source: { from: "chosen" },
    });
    expect(asked(effects)).toEqual([]);
  });

  it("do not keep from choosing one for ever", () => {
    const [next] = after(empty, changed(old), surveyed, described(small), allDescribed);

    expect(next.models.wishes.build?.model).toBe("ollama/coder:7b");
  });

  it("are not asked for of all models when something names one", () => {
    const [, effects] = after(picked("ollama/coder:7b"), changed(old), surveyed);

    expect(asked(effects)).toEqual(["coder:7b"]);
  });
});
