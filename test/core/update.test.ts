import { describe, expect, it } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import type { Happening } from "../../src/core/message.ts";
import type { State } from "../../src/core/state.ts";
import { update } from "../../src/core/update.ts";
import {
  sampleNow,
  samplePane,
  sampleState,
  sampleSummary,
  withPane,
} from "../fakes/sample-state.ts";

const now = sampleNow;

/** The state and all effects after some messages, each a second after the one before. */
function after(state: State, ...happenings: readonly Happening[]): [State, readonly Effect[]] {
  return happenings.reduce<[State, readonly Effect[]]>(
    ([current, effects], happening, index) => {
      const [next, more] = update(current, { ...happening, now: now + index * 1000 });
      return [next, [...effects, ...more]];
    },
    [state, []],
  );
}

const busy = { type: "busy", since: now } as const;

describe("environment", () => {
  const loading = sampleState({
    environment: {
      type: "loading",
      since: now,
      progress: {
        activity: "",
        builds: { done: 0, expected: 0 },
        fetches: { done: 0, expected: 0 },
        bytes: { done: 0, expected: 0 },
      },
    },
    focus: "build",
  });

  it("is loaded at the start", () => {
    expect(after(loading, { type: "started" })[1]).toEqual([
      { type: "load-environment", refresh: false },
    ]);
  });

  it("starts the focused mode first once it is there", () => {
    const summary = { ...ready().summary, source: "nix" } as const;

    const [state, effects] = after(loading, { type: "environment-ready", summary });

    expect(state.environment).toMatchObject({ type: "ready", summary: { source: "nix" } });
    expect(effects).toEqual([
      { type: "set-up-models" },
      { type: "start-agents", modes: ["build", "plan", "review"] },
    ]);
  });

  it("offers its choices when it could not be loaded", () => {
    const problem = { code: "nix/syntax", message: "m", remedy: "r" } as const;
    const [failed] = after(loading, { type: "environment-failed", problem, lastGoodAt: 1 });

    expect(after(failed, key("p"))[1]).toEqual([{ type: "use-environment", which: "plain" }]);
    const [entering, effects] = after(failed, key("l"));
    expect(effects).toEqual([{ type: "use-environment", which: "last-good" }]);
    expect(entering.environment.type).toBe("loading");
    expect(after(entering, key("esc"))[1]).toEqual([{ type: "cancel-environment" }]);
    expect(after(failed, key("r"))[0].environment.type).toBe("loading");
    expect(after(failed, key("r"))[1]).toEqual([{ type: "load-environment", refresh: true }]);
    expect(after(failed, key("q"))[1]).toEqual([{ type: "quit", exitCode: 0 }]);
    expect(after(failed, key("x"))).toEqual([failed, []]);
  });

  it("does not offer a last good one that is not there", () => {
    const problem = { code: "nix/syntax", message: "m", remedy: "r" } as const;
    const [failed] = after(loading, { type: "environment-failed", problem });

    expect(after(failed, key("l"))[1]).toEqual([]);
  });

  it("is cancelled with esc while it loads", () => {
    expect(after(loading, key("esc"))[1]).toEqual([{ type: "cancel-environment" }]);
  });

  it("says that it changed until every pane has restarted", () => {
    const summary = { ...sampleSummary, hookOutput: "new" };
    const changed = after(sampleState(), { type: "environment-changed", summary })[0];
    expect(changed.environment).toMatchObject({ reload: { type: "changed" } });

    const [restarted] = after(
      changed,
      { type: "action", action: "restart-all" },
      { type: "pane-stopped", mode: "plan" },
      { type: "pane-spawned", mode: "plan", pid: 1 },
      { type: "pane-stopped", mode: "build" },
      { type: "pane-spawned", mode: "build", pid: 2 },
    );
    expect(restarted.environment).toMatchObject({ reload: { type: "changed" } });

    const [all] = after(restarted, { type: "pane-stopped", mode: "review" });
    expect(all.environment).toMatchObject({ summary, reload: { type: "none" } });
  });

  it("says so still when a further change is undone or fails", () => {
    const newer = { ...sampleSummary, hookOutput: "new" };
    const again = { ...sampleSummary, hookOutput: "again" };
    const problem = { code: "nix/syntax", message: "m", remedy: "r" } as const;
    const [changed] = after(sampleState(), { type: "environment-changed", summary: newer });

    const [broken] = after(
      changed,
      { type: "environment-reloading" },
      { type: "environment-broken", problem },
    );
    expect(broken.environment).toMatchObject({ reload: { type: "broken", newer: {} } });
    const [undone] = after(
      broken,
      { type: "environment-reloading" },
      { type: "environment-unchanged", summary: again },
    );

    expect(undone.environment).toMatchObject({
      summary: sampleSummary,
      reload: { type: "changed", newer: { summary: again } },
    });
  });

  it("is the last good one no longer when the flake is mended", () => {
    const problem = { code: "nix/syntax", message: "m", remedy: "r" } as const;
    const lastGood = { ...sampleSummary, source: "last-good", problem } as const;
    const state = sampleState({
      environment: { type: "ready", summary: lastGood, reload: { type: "none" } },
    });

    const [mended] = after(
      state,
      { type: "environment-reloading" },
      { type: "environment-unchanged", summary: sampleSummary },
    );

    expect(mended.environment).toEqual({
      type: "ready",
      summary: sampleSummary,
      reload: { type: "none" },
    });
  });

  function ready() {
    const { environment } = sampleState();
    if (environment.type !== "ready") throw new Error("the sample state has an environment");
    return environment;
  }
});

describe("prefix", () => {
  it("shows the strip when it is waited on, and ends by time", () => {
    const [pressed, effects] = after(sampleState(), { type: "prefix-pressed" });
    expect(pressed.prefix).toEqual({ since: now, strip: false });
    expect(effects).toMatchObject([{ type: "start-timer", ms: 300 }]);

    const [waited] = after(pressed, { type: "prefix-waited" });
    expect(waited.prefix).toMatchObject({ strip: true });

    const [ended] = after(waited, { type: "prefix-ended" });
    expect(ended.prefix).toBeUndefined();
  });

  it("ends with the action that follows it", () => {
    const [state, effects] = after(
      sampleState(),
      { type: "prefix-pressed" },
      { type: "action", action: "zoom" },
    );

    expect(state).toMatchObject({ zoomed: true });
    expect(state.prefix).toBeUndefined();
    expect(effects).toContainEqual({ type: "stop-timer", name: "prefix" });
  });
});

describe("focus", () => {
  it("goes to the mode that was named, and marks what it finished as seen", () => {
    const finished = withPane(sampleState(), "build", {
      activity: { type: "idle", since: now, unseen: true },
      bell: true,
    });

    const [state, effects] = after(finished, { type: "action", action: "focus-build" });

    expect(state.focus).toBe("build");
    expect(state.panes.build).toMatchObject({ activity: { unseen: false }, bell: false });
    expect(effects).toMatchObject([{ type: "save", saved: { focus: "build" } }]);
  });

  it.each([
    ["focus-right", "plan", "build"],
    ["focus-right", "review", "review"],
    ["focus-left", "review", "build"],
    ["focus-up", "build", "build"],
    ["focus-next", "review", "plan"],
  ] as const)("%s leads from %s to %s in columns", (action, from, to) => {
    expect(after(sampleState({ focus: from }), { type: "action", action })[0].focus).toBe(to);
  });

  it("moves between the tabs when one pane is shown", () => {
    const narrow = sampleState({ screen: { cols: 90, rows: 25 } });

    expect(after(narrow, { type: "action", action: "focus-right" })[0].focus).toBe("build");
  });

  it("leads to the next pane that waits, and says so when there is none", () => {
    const waits = withPane(sampleState(), "review", {
      activity: { type: "question", since: now, count: 1, detail: "which?" },
    });

    expect(after(waits, { type: "action", action: "next-waiting" })[0].focus).toBe("review");
    expect(
      after(sampleState(), { type: "action", action: "next-waiting" })[0].notice?.text,
    ).toMatch(/no pane waits/);
  });
});

describe("restart", () => {
  it("stops an idle agent at once and starts it when it is gone", () => {
    const [stopping, effects] = after(sampleState(), { type: "action", action: "restart" });
    expect(stopping.panes.plan.process).toMatchObject({ type: "stopping", restart: true });
    expect(effects).toEqual([{ type: "stop-agent", mode: "plan" }]);

    const [started, more] = after(stopping, { type: "pane-stopped", mode: "plan" });
    expect(started.panes.plan.process).toEqual({ type: "waiting" });
    expect(more).toContainEqual({ type: "start-agents", modes: ["plan"] });
  });

  it("keeps the session", () => {
    const [state] = after(
      sampleState(),
      { type: "action", action: "restart" },
      { type: "pane-stopped", mode: "plan" },
    );

    expect(state.panes.plan.session?.id).toBe("ses_1");
  });

  it("asks while the agent is busy, and does it on yes", () => {
    const working = withPane(sampleState(), "plan", { activity: busy });

    const [asked, effects] = after(working, { type: "action", action: "restart" });
    expect(asked.overlay).toMatchObject({ type: "confirm", confirm: { deed: "restart" } });
    expect(effects).toEqual([]);

    expect(after(asked, key("y"))[1]).toEqual([{ type: "stop-agent", mode: "plan" }]);
    expect(after(asked, key("n"))[0].overlay).toBeUndefined();
    expect(after(asked, key("esc"))[1]).toEqual([]);
  });

  it("starts a pane that has ended", () => {
    const gone = withPane(sampleState(), "plan", {
      process: { type: "exited", at: now, ranFor: 5000, exit: { code: 1 }, byHand: false },
    });

    expect(after(gone, { type: "action", action: "restart" })[1]).toContainEqual({
      type: "start-agents",
      modes: ["plan"],
    });
  });

  it("takes what the settings want to run by then", () => {
    const { settings } = sampleState();
    const modes = { ...settings.modes, plan: { command: ["/bin/bash", "-l"], env: {} } };

    const [state] = after(
      sampleState(),
      { type: "settings-changed", settings: { ...settings, modes } },
      { type: "action", action: "restart" },
      { type: "pane-stopped", mode: "plan" },
    );

    expect(state.panes.plan).toMatchObject({ kind: "command", label: "bash" });
  });
});

describe("the start of a process", () => {
  it("ends with the first output of an agent", () => {
    const [spawned] = after(sampleState(), { type: "pane-spawned", mode: "plan", pid: 7 });
    expect(spawned.panes.plan.process).toMatchObject({ type: "starting", pid: 7 });

    const [running] = after(spawned, { type: "pane-first-output", mode: "plan" });
    expect(running.panes.plan.process).toMatchObject({ type: "running", pid: 7 });
  });

  it("takes no time for a plain command, which may be silent", () => {
    const state = withPane(sampleState(), "plan", { kind: "command", label: "cat" });

    const [spawned] = after(state, { type: "pane-spawned", mode: "plan", pid: 7 });

    expect(spawned.panes.plan.process).toMatchObject({ type: "running", pid: 7 });
  });
});

describe("the start of a process", () => {
  it("is over at once for a command, and with the first output for an agent", () => {
    const command = withPane(sampleState(), "build", { kind: "command" });

    const [state] = after(
      command,
      { type: "pane-spawned", mode: "plan", pid: 1 },
      { type: "pane-spawned", mode: "build", pid: 2 },
    );
    expect(state.panes.plan.process.type).toBe("starting");
    expect(state.panes.build.process.type).toBe("running");

    const [up] = after(state, { type: "pane-first-output", mode: "plan" });
    expect(up.panes.plan.process).toEqual({ type: "running", since: now, pid: 1 });
  });
});

describe("the end of a process", () => {
  const started = (since: number) =>
    withPane(sampleState(), "plan", { process: { type: "running", since, pid: 7 } });

  it("brings a crashed agent back, at most three times", () => {
    let state = started(now - 60_000);
    const delays: number[] = [];
    for (let crash = 0; crash < 4; crash++) {
      const [gone, effects] = after(state, exited({ signal: "SIGSEGV" }));
      const timer = effects.find((effect) => effect.type === "start-timer");
      if (timer?.type === "start-timer") delays.push(timer.ms);
      const [due] = after(gone, { type: "pane-restart-due", mode: "plan" });
      state = withPane(due, "plan", { process: { type: "running", since: now - 60_000, pid: 8 } });
    }

    expect(delays).toEqual([1000, 5000, 15_000]);
  });

  it("does not bring back what lived under two seconds", () => {
    expect(after(started(now - 1000), exited({ code: 1 }))[1]).toEqual([]);
  });

  it("does not bring back what ended well, nor a plain command", () => {
    expect(after(started(now - 60_000), exited({ code: 0 }))[1]).toEqual([]);
    const command = withPane(started(now - 60_000), "plan", { kind: "command" });
    expect(after(command, exited({ code: 1 }))[1]).toEqual([]);
  });

  it("does not bring back what was stopped by hand", () => {
    const [state, effects] = after(
      started(now - 60_000),
      { type: "action", action: "restart" },
      exited({ code: 0 }),
    );

    expect(effects).toEqual([{ type: "stop-agent", mode: "plan" }]);
    expect(state.panes.plan.process.type).toBe("stopping");
  });

  it("begins a new conversation when the recorded one is gone", () => {
    const [state, effects] = after(started(now - 1000), {
      type: "pane-exited",
      mode: "plan",
      exit: { code: 1 },
      sessionLost: true,
    });

    expect(state.panes.plan.session).toBeUndefined();
    expect(state.notice?.text).toMatch(/no longer exists/);
    expect(effects).toContainEqual({ type: "start-agents", modes: ["plan"] });
    expect(effects).toContainEqual(
      expect.objectContaining({
        type: "save",
        saved: expect.objectContaining({
          sessions: {
            build: "ses_1",
            review: "ses_1",
          },
        }),
      }),
    );
  });
});

describe("quit", () => {
  it("asks only while an agent is busy, and names what stops", () => {
    expect(after(sampleState(), { type: "action", action: "quit" })[1]).toEqual([
      { type: "quit", exitCode: 0 },
    ]);

    const working = withPane(sampleState(), "review", { activity: busy });
    const [asked, effects] = after(working, { type: "action", action: "quit" });

    expect(effects).toEqual([]);
    expect(JSON.stringify(asked.overlay)).toContain("review (pid 4711)");
  });

  it("follows a signal without a question", () => {
    const working = withPane(sampleState(), "review", { activity: busy });

    expect(after(working, { type: "terminated", exitCode: 143 })[1]).toEqual([
      { type: "quit", exitCode: 143 },
    ]);
  });
});

describe("what the agent reports", () => {
  it("marks a turn that ends out of sight as unseen, one in focus as seen", () => {
    const idle = {
      type: "activity",
      activity: { type: "idle", since: now, unseen: true },
    } as const;

    const [state] = after(
      sampleState(),
      { type: "agent-report", mode: "plan", report: idle },
      { type: "agent-report", mode: "build", report: idle },
    );

    expect(state.panes.plan.activity).toMatchObject({ unseen: false });
    expect(state.panes.build.activity).toMatchObject({ unseen: true });
  });

  it("records the session as it appears and saves it", () => {
    const bare = sampleState({ panes: { ...sampleState().panes, plan: bareOf("plan") } });

    const [state, effects] = after(bare, {
      type: "agent-report",
      mode: "plan",
      report: { type: "session", id: "ses_9", title: "Plan it", model: "ollama/b" },
    });

    expect(state.panes.plan).toMatchObject({ session: { id: "ses_9" }, model: "ollama/b" });
    expect(effects).toMatchObject([{ type: "save", saved: { sessions: { plan: "ses_9" } } }]);
  });

  function bareOf(mode: "plan") {
    const { session: _, ...rest } = samplePane(mode);
    return rest;
  }
});

describe("overlays", () => {
  it("close with esc and with ctrl+c, one level at a time", () => {
    const help = sampleState({ overlay: { type: "help", filter: "", typing: false, top: 0 } });

    const [filtered] = after(help, key("/"), key("z", "z"), key("enter"));
    expect(filtered.overlay).toMatchObject({ filter: "z", typing: false });

    const [cleared] = after(filtered, key("esc"));
    expect(cleared.overlay).toMatchObject({ filter: "" });
    expect(after(cleared, key("esc"))[0].overlay).toBeUndefined();
    expect(after(help, key("ctrl+c"))[0].overlay).toBeUndefined();
  });

  it("take letters as text while a text box is open", () => {
    const palette = sampleState({ overlay: { type: "palette", query: "", selected: 0 } });

    const [state] = after(palette, key("q", "q"), key("u", "u"), key("backspace"));

    expect(state.overlay).toMatchObject({ query: "q" });
  });

  it("run the chosen action from the palette", () => {
    const palette = sampleState({ overlay: { type: "palette", query: "zoom", selected: 0 } });

    const [state] = after(palette, key("enter"));

    expect(state.overlay).toBeUndefined();
    expect(state.zoomed).toBe(true);
  });
});

describe("time", () => {
  it("leaves the very same state when nothing changes", () => {
    const state = sampleState();

    expect(update(state, { type: "pane-typed", mode: "plan", now: now + 5 })[0]).toBe(state);
    expect(update(state, { type: "prefix-ended", now: now + 5 })[0]).toBe(state);
  });

  it("survives a clock that jumps back", () => {
    const [state] = update(sampleState(), { type: "tick", now: 0 });

    expect(state.now).toBe(0);
  });
});

function key(chord: string, text = ""): Happening {
  return { type: "overlay-key", chord, text };
}

function exited(exit: { code?: number; signal?: string }): Happening {
  return { type: "pane-exited", mode: "plan", exit, sessionLost: false };
}
