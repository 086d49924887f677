import { describe, expect, it } from "vitest";
import type { Activity, ProcessState } from "../../src/core/agent.ts";
import type { ModelJob } from "../../src/core/models.ts";
import {
  clockText,
  isBusy,
  isWaiting,
  nextWaiting,
  paneGlyph,
  paneStatus,
  showsAge,
} from "../../src/core/select.ts";
import type { PaneState, State } from "../../src/core/state.ts";
import { sampleModelsState } from "../fakes/sample-models.ts";
import { sampleNow as now, samplePane, sampleState, withPane } from "../fakes/sample-state.ts";

const problem = { code: "pane/not-started", message: "no", remedy: "yes" } as const;

const activities: readonly (readonly [Activity, string])[] = [
  [{ type: "unknown" }, "idle running"],
  [{ type: "idle", since: now, unseen: false }, "idle idle"],
  [{ type: "idle", since: now, unseen: true }, "finished finished"],
  [{ type: "busy", since: now - 42_000 }, "busy busy 0:42"],
  [{ type: "permission", since: now - 42_000, count: 1, detail: "" }, "waiting permission 0:42"],
  [{ type: "question", since: now - 1000, count: 2, detail: "" }, "waiting 2 questions 0:01"],
  [
    { type: "retry", since: now, attempt: 2, message: "busy", next: now + 12_000 },
    "busy retry 2 in 0:12",
  ],
  [{ type: "error", since: now, message: "no model" }, "error error"],
];

const exited = { type: "exited", at: now, ranFor: 200_000, byHand: false } as const;

const processes: readonly (readonly [ProcessState, string])[] = [
  [{ type: "waiting" }, "stopped not started"],
  [{ type: "starting", since: now - 2000 }, "starting starting 0:02"],
  [{ type: "stopping", since: now, pid: 1, restart: false }, "starting stopping 0:00"],
  [{ type: "stopping", since: now, pid: 1, restart: true }, "starting restarting 0:00"],
  [{ ...exited, exit: { code: 0 } }, "stopped exited 0 after 3m"],
  [{ ...exited, exit: { code: 1 } }, "error exited 1 after 3m"],
  [{ ...exited, exit: { signal: "SIGKILL" } }, "error killed by SIGKILL after 3m"],
  [{ ...exited, exit: { signal: "SIGTERM" }, byHand: true }, "stopped stopped"],
  [{ ...exited, exit: { code: 1 }, retryAt: now + 4000 }, "starting restarts in 0:04"],
  [{ type: "failed", at: now, problem }, "error cannot start"],
];

describe("a pane's status", () => {
  it.each(activities)("of a running agent, %o, reads %s", (activity, text) => {
    expect(statusText(samplePane("plan", { activity }))).toBe(text);
  });

  it.each(processes)("of a process, %o, reads %s", (process, text) => {
    // What the agent did last does not count once its process is not running.
    const activity: Activity = { type: "busy", since: now };

    expect(statusText(samplePane("plan", { process, activity }))).toBe(text);
  });
});

function statusText(pane: PaneState): string {
  const status = paneStatus(pane);
  const age = clockText(status, now);
  return [paneGlyph(pane), status.word, ...(age ? [age] : [])].join(" ");
}

const asks: Activity = { type: "question", since: now, count: 1, detail: "" };
const finished: Activity = { type: "idle", since: now, unseen: true };
const failed: Activity = { type: "error", since: now, message: "" };
const works: Activity = { type: "busy", since: now };
const none: Activity = { type: "unknown" };

describe("who waits and who works", () => {
  it.each<readonly [Activity["type"], Activity, boolean, boolean]>([
    ["question", asks, true, true],
    ["busy", works, false, true],
    ["idle", finished, false, false],
    ["error", failed, false, false],
    ["unknown", none, false, false],
  ])("tells for %s whether it waits and whether it is busy", (_, activity, waits, busy) => {
    const pane = samplePane("plan", { activity });

    expect([isWaiting(pane), isBusy(pane)]).toEqual([waits, busy]);
  });

  it("takes an agent that has exited for neither", () => {
    const pane = samplePane("plan", { activity: asks, process: { ...exited, exit: { code: 1 } } });

    expect([isWaiting(pane), isBusy(pane)]).toEqual([false, false]);
  });
});

describe("the next mode that waits", () => {
  it.each<readonly [State["focus"], Activity, Activity, Activity, string | undefined]>([
    ["plan", none, asks, asks, "build"],
    ["build", asks, none, asks, "review"],
    ["review", asks, asks, none, "plan"],
    ["plan", none, finished, asks, "review"],
    ["plan", none, failed, finished, "review"],
    ["plan", none, none, failed, "review"],
    ["plan", asks, none, works, undefined],
  ])("after %s with %o, %o, %o is the right one", (focus, plan, build, review, next) => {
    expect(nextWaiting(withActivities({ plan, build, review, focus }))).toBe(next);
  });
});

function withActivities({
  focus,
  ...by
}: { readonly focus: State["focus"] } & Record<"plan" | "build" | "review", Activity>): State {
  const plan = withPane(sampleState({ focus }), "plan", { activity: by.plan });
  const build = withPane(plan, "build", { activity: by.build });
  return withPane(build, "review", { activity: by.review });
}

describe("a ticking clock", () => {
  it.each<readonly [string, State, boolean]>([
    ["no agent does anything", sampleState(), false],
    ["an agent has finished", withPane(sampleState(), "plan", { activity: finished }), false],
    ["an agent works", withPane(sampleState(), "build", { activity: works }), true],
    ["an agent asks", withPane(sampleState(), "review", { activity: asks }), true],
    [
      "an agent is restarted soon",
      withPane(sampleState(), "plan", {
        process: { ...exited, exit: { code: 1 }, retryAt: now + 1 },
      }),
      true,
    ],
    ["a model is loaded", loads({ type: "load", model: "qwen3:8b" }), true],
    [
      "a model is made",
      loads({ type: "derive", from: "qwen3:8b", model: "qwen3:8b-ctx64k", context: 65_536 }),
      true,
    ],
    [
      "a model is unloaded",
      loads({ type: "unload", model: "qwen3:8b", instance: "qwen3:8b" }),
      false,
    ],
    ["models are loaded and unload by themselves", sampleModelsState(), false],
    ["the environment is loading", sampleState({ environment: loading() }), true],
    [
      "the environment has failed",
      sampleState({ environment: { type: "failed", problem } }),
      false,
    ],
  ])("is told when %s", (_, state, ticks) => {
    expect(showsAge(state)).toBe(ticks);
  });
});

function loads(deed: ModelJob["deed"]): State {
  return sampleModelsState({ jobs: [{ id: "1", runtime: "ollama", deed, since: now }] });
}

function loading(): State["environment"] {
  const zero = { done: 0, expected: 0 };
  return {
    type: "loading",
    since: now,
    progress: { activity: "", builds: zero, fetches: zero, bytes: zero },
  };
}
