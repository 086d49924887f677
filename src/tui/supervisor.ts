/**
 * Starts and stops what runs in the panes. A mode runs OpenCode, with a watcher on its events, or
 * any command of the settings. Everything started here is stopped here, with all it started itself.
 */
import type { AgentReport, Exit } from "../core/agent.ts";
import { AiRulesError, type Problem, toProblem } from "../core/error.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import type { Cancel, Ports, Variables } from "../platform/ports.ts";
import type { PaneHost } from "./pane-host.ts";
import type { Dispatch } from "./store.ts";
import { createTurns } from "./turns.ts";

/** What a pane runs: everything of its start that is not the pty. */
export type Program = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Variables;
  /** Watches the agent once it runs and reports what it does. */
  readonly watch?: (report: (report: AgentReport) => void) => Cancel;
  /** Whether the last screen says that the session asked for does not exist. */
  readonly lostSession?: (screen: string) => boolean;
};

export type SupervisorOptions = {
  readonly ports: Ports;
  readonly host: PaneHost;
  readonly dispatch: Dispatch;
  readonly state: () => State;
  /** Finds out what to run in a mode; throws an AiRulesError when it cannot be started. */
  readonly prepare: (mode: AgentMode) => Promise<Program>;
  /** A process was started: what it starts is its tree. */
  readonly onStarted: (pid: number) => void;
  /** Ends a process and all its descendants; resolves when they are gone. */
  readonly stopTree: (pid: number, program: Program) => Promise<void>;
};

export type Supervisor = {
  /** Starts modes one after the other; the next one when the one before is ready. */
  readonly start: (modes: readonly AgentMode[]) => void;
  readonly stop: (mode: AgentMode) => Promise<void>;
  readonly stopAll: () => Promise<void>;
  /** The process of a mode, if it has one. */
  readonly pidOf: (mode: AgentMode) => number | undefined;
  /** To be called for the events of the pane host. */
  readonly firstOutput: (mode: AgentMode) => void;
  readonly exited: (mode: AgentMode, exit: Exit) => void;
};

/**
 * OpenCode takes 3 to 5 s to its prompt on an idle machine and 7 to 10 s when three start at once
 * on two cores (measured on 1.18.33), so each waits for the one before, but no longer than this.
 */
const staggerMs = 6000;

/**
 * Starting a process takes some 8 ms of the main thread (a fork copies our page tables), in which
 * nothing is drawn. So the next command waits for the first output of the one before, this long.
 */
const commandStaggerMs = 30;

/**
 * OpenCode with a busy port hangs for ever without a byte. A start on a machine that swaps, with
 * three agents and a compiler at work, has been seen to take half of this.
 */
const silenceMs = 60_000;

/** A dead process whose terminal never says so must not keep the program from ending. */
const goneMs = 1000;

type Running = {
  readonly pid: number;
  readonly program: Program;
  /** Resolves when its terminal has told of its end; the process table can know earlier. */
  readonly gone: Promise<void>;
  readonly tellGone: () => void;
  stopWatching: Cancel | undefined;
  stopWaiting: Cancel | undefined;
};

export function createSupervisor(options: SupervisorOptions): Supervisor {
  const { ports, host, dispatch, state } = options;
  const running = new Map<AgentMode, Running>();
  const readyListeners = new Map<AgentMode, () => void>();
  // Plain commands cost little to start, so they do not wait for an agent.
  const agentTurns = createTurns(startTurn);
  const commandTurns = createTurns(startTurn);
  let ended = false;

  async function startOne(mode: AgentMode): Promise<void> {
    if (ended || host.isRunning(mode)) return;
    try {
      const program = await options.prepare(mode);
      if (!ended && !host.isRunning(mode)) launch(mode, program);
    } catch (error) {
      dispatch({ type: "pane-failed", mode, problem: toProblem(error) });
      signalReady(mode);
    }
  }

  function launch(mode: AgentMode, program: Program): void {
    const pty = host.spawn(mode, program);
    const stopWaiting = ports.clock.after(silenceMs, () => giveUp(mode, pty.pid));
    const { promise: gone, resolve: tellGone } = Promise.withResolvers<void>();
    const watching = { stopWatching: undefined, stopWaiting };
    running.set(mode, { pid: pty.pid, program, gone, tellGone, ...watching });
    options.onStarted(pty.pid);
    dispatch({ type: "pane-spawned", mode, pid: pty.pid });
    const entry = running.get(mode);
    if (!program.watch || entry?.pid !== pty.pid) return;
    entry.stopWatching = program.watch((report) => {
      dispatch({ type: "agent-report", mode, report });
      if (report.type === "ready") signalReady(mode);
    });
  }

  /** Not one byte: a process that hangs looks like one that starts, so it is ended and named. */
  function giveUp(mode: AgentMode, pid: number): void {
    const entry = running.get(mode);
    if (entry?.pid !== pid || !entry.program.watch) return;
    entry.stopWatching?.();
    running.delete(mode);
    dispatch({ type: "pane-failed", mode, problem: silent(mode) });
    signalReady(mode);
    void options.stopTree(pid, entry.program);
  }

  function signalReady(mode: AgentMode): void {
    readyListeners.get(mode)?.();
    readyListeners.delete(mode);
  }

  /** Starts a mode; resolves when it is ready or failed, or after the stagger time. */
  function startTurn(mode: AgentMode): Promise<void> {
    const turn = new Promise<void>((resolve) => {
      const ms = isAgent(mode) ? staggerMs : commandStaggerMs;
      const cancel = ports.clock.after(ms, resolve);
      readyListeners.set(mode, () => {
        cancel();
        resolve();
      });
    });
    void startOne(mode);
    return turn;
  }

  /** The focused mode is started at once: somebody looks at it. The others follow in turn. */
  function start(modes: readonly AgentMode[]): void {
    for (const mode of modes) {
      const turns = isAgent(mode) ? agentTurns : commandTurns;
      turns.start(mode, mode === state().focus ? "now" : "in-turn");
    }
  }

  function isAgent(mode: AgentMode): boolean {
    return state().settings.modes[mode].command === undefined;
  }

  function goneOrGivenUp({ gone }: Running): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ports.clock.after(goneMs, resolve);
      void gone.then(cancel).then(resolve);
    });
  }

  async function stop(mode: AgentMode): Promise<void> {
    const entry = running.get(mode);
    if (entry) {
      entry.stopWatching?.();
      entry.stopWaiting?.();
      await options.stopTree(entry.pid, entry.program);
      await goneOrGivenUp(entry);
      if (running.get(mode) === entry) running.delete(mode);
    }
    dispatch({ type: "pane-stopped", mode });
  }

  return {
    start,
    stop,
    async stopAll() {
      ended = true;
      agentTurns.stop();
      commandTurns.stop();
      await Promise.all(agentModes.map(stop));
    },
    pidOf: (mode) => running.get(mode)?.pid,
    firstOutput(mode) {
      const entry = running.get(mode);
      entry?.stopWaiting?.();
      if (!entry?.program.watch) signalReady(mode);
      dispatch({ type: "pane-first-output", mode });
    },
    exited(mode, exit) {
      const entry = running.get(mode);
      entry?.stopWatching?.();
      entry?.stopWaiting?.();
      entry?.tellGone();
      const lost = entry?.program.lostSession?.(host.emulator(mode).screenText()) ?? false;
      // A stop under way still sweeps the descendants; a crash leaves that to us.
      const stopping = state().panes[mode].process.type === "stopping";
      if (entry && !stopping) {
        running.delete(mode);
        void options.stopTree(entry.pid, entry.program);
      }
      dispatch({ type: "pane-exited", mode, exit, sessionLost: lost });
      signalReady(mode);
    },
  };
}

function silent(mode: AgentMode): Problem {
  return {
    code: "opencode/silent",
    message: `${mode}: OpenCode started but wrote nothing for ${silenceMs / 1000} s`,
    remedy: "press ctrl+o r to start it again; run `opencode` in this directory to see it alone",
  };
}

/** A command that is not there, in the user's words. */
export function commandMissing(mode: AgentMode, name: string): AiRulesError {
  return new AiRulesError({
    code: "pane/command-not-found",
    message: `${mode}: the command ${name} is not on the environment's PATH`,
    remedy: `add it to the shell in flake.nix, or change modes.${mode}.command in ai-rules.json`,
  });
}
