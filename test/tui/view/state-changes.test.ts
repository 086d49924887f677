import { describe, expect, it } from "vitest";
import type { State } from "../../../src/core/state.ts";
import { changesOf, withChanges } from "../../../src/tui/view/state-changes.ts";
import { sampleState } from "../../fakes/sample-state.ts";

const before = sampleState({ prefix: { since: 0, strip: true } });

describe("the changes of a state", () => {
  it("are the parts that are others", () => {
    const now: State = { ...before, focus: "review", now: before.now + 1 };

    const changed = { focus: "review", now: before.now + 1 };
    expect(changesOf(before, now)).toEqual({ changed, gone: [] });
    expect(changesOf(before, { ...before })).toEqual({ changed: {}, gone: [] });
  });

  it("make the new state of the old one, which keeps what is the same", () => {
    const { prefix, ...rest } = before;
    const now: State = { ...rest, overlay: { type: "palette", query: "q", selected: 0 } };

    const made = withChanges(before, structuredClone(changesOf(before, now)));

    expect(made).toStrictEqual(now);
    expect(made.models).toBe(before.models);
    expect(prefix).toBeDefined();
  });
});
