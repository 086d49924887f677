import { describe, expect, it } from "vitest";
import { AiRulesError } from "../../src/core/error.ts";
import { arrange } from "../../src/core/layout.ts";
import type { Happening } from "../../src/core/message.ts";
import { byMode } from "../../src/core/mode.ts";
import { loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { createPaneHost } from "../../src/tui/pane-host.ts";
import {
  createSupervisor,
  type Program,
  type SupervisorOptions,
} from "../../src/tui/supervisor.ts";
import { createFakePtys } from "../fakes/fake-pty.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleState } from "../fakes/sample-state.ts";

const createEmulator = await loadEmulator();
const settled = () => new Promise((resolve) => setImmediate(resolve));

const agent: Program = {
  file: "/bin/opencode",
  args: [],
  cwd: "/",
  env: {},
  watch: () => () => undefined,
  lostSession: (screen) => screen.includes("Session not found"),
};

/** A supervisor over children that do what the test says. */
function open(prepare: SupervisorOptions["prepare"] = async () => agent) {
  const clock = createManualClock();
  const messages: Happening[] = [];
  const stopped: number[] = [];
  const ptys = createFakePtys();
  const state = sampleState();
  const host = createPaneHost({
    clock,
    spawnPty: ptys.spawn,
    sizes: byMode((mode) => arrange(state).panes[mode].content),
    createEmulator: (_, { cols, rows }) =>
      createEmulator({ cols, rows, scrollback: 0, colors: createHostColors() }),
    events: {
      onOutput: () => undefined,
      onFirstOutput: (mode) => supervisor.firstOutput(mode),
      onExit: (mode, exit) => supervisor.exited(mode, exit),
    },
  });
  const supervisor = createSupervisor({
    ports: { ...isolatedPorts("/nowhere"), clock },
    host,
    state: () => state,
    prepare,
    dispatch: (happening) => messages.push(happening),
    onStarted: () => undefined,
    stopTree: async (pid) => void stopped.push(pid),
  });
  const types = () => messages.map(({ type }) => type);
  return { clock, messages, types, stopped, ptys, supervisor };
}

describe("the supervisor", () => {
  it("ends an agent that writes nothing for a minute, and names it", async () => {
    const { supervisor, clock, messages, stopped } = open();
    supervisor.start(["plan"]);
    await settled();

    clock.advance(59_999);
    expect(stopped).toEqual([]);
    clock.advance(1);

    expect(stopped).toEqual([1000]);
    expect(messages.at(-1)).toMatchObject({
      type: "pane-failed",
      problem: { code: "opencode/silent" },
    });
  });

  it("waits as long as it takes for a plain command to say something", async () => {
    const { watch: _, ...command } = agent;
    const { supervisor, clock, stopped } = open(async () => command);
    supervisor.start(["plan"]);
    await settled();

    clock.advance(600_000);

    expect(stopped).toEqual([]);
  });

  it("leaves a silent start alone once it has said something", async () => {
    const { supervisor, clock, ptys, types } = open();
    supervisor.start(["plan"]);
    await settled();

    ptys.children[0]?.say("hello");
    clock.advance(120_000);

    expect(types()).toEqual(["pane-spawned", "pane-first-output"]);
  });

  it("reports what cannot be started, with its remedy, and goes on with the next", async () => {
    const problem = { code: "opencode/not-found", message: "m", remedy: "r" } as const;
    const { supervisor, messages, ptys } = open(async (mode) => {
      if (mode === "plan") throw new AiRulesError(problem);
      return agent;
    });

    supervisor.start(["plan", "build"]);
    await settled();

    expect(messages[0]).toEqual({ type: "pane-failed", mode: "plan", problem });
    expect(ptys.children.length).toBe(1);
  });

  it("ends what a crashed agent has left behind", async () => {
    const { supervisor, ptys, stopped, messages } = open();
    supervisor.start(["plan"]);
    await settled();
    ptys.children[0]?.say("working");

    ptys.children[0]?.end({ signal: "SIGSEGV" });

    expect(stopped).toEqual([1000]);
    expect(messages.at(-1)).toEqual({
      type: "pane-exited",
      mode: "plan",
      exit: { signal: "SIGSEGV" },
      sessionLost: false,
    });
  });

  it("reads from the last screen that the recorded session is gone", async () => {
    const { supervisor, ptys, messages } = open();
    supervisor.start(["plan"]);
    await settled();

    ptys.children[0]?.say("Error: Session not found: ses_1\r\n");
    ptys.children[0]?.end({ code: 1 });

    expect(messages.at(-1)).toMatchObject({ type: "pane-exited", sessionLost: true });
  });

  it("tells that a mode has stopped only when its terminal has told so too", async () => {
    const { supervisor, ptys, types } = open();
    supervisor.start(["plan"]);
    await settled();

    const stopping = supervisor.stop("plan");
    await settled();
    expect(types()).not.toContain("pane-stopped");
    ptys.children[0]?.end({ code: 0 });
    await stopping;

    expect(types().at(-1)).toBe("pane-stopped");
  });

  it("starts nothing any more once everything was stopped", async () => {
    const { supervisor, ptys } = open();

    await supervisor.stopAll();
    supervisor.start(["plan", "build"]);
    await settled();

    expect(ptys.children).toEqual([]);
  });
});
