/**
 * The panes' processes: a pty and an emulator a mode, and the flow between them. It knows nothing of
 * the view and speaks in calls and events only, so that it can later live in a process of its own.
 *
 * Output is parsed in the pty's data callback: that is the back-pressure. The kernel blocks the
 * child while we parse, and nothing queues up in memory.
 */
import type { Exit } from "../core/agent.ts";
import { type AgentMode, type ByMode, byMode } from "../core/mode.ts";
import type { Cancel, Clock, Pty, PtyOptions, PtySize, SpawnPty } from "../platform/ports.ts";
import type { Emulator } from "../screen/emulator.ts";
import { endOfProgram } from "../screen/terminal-modes.ts";

export type PaneEvents = {
  /** After a chunk of output was parsed. */
  readonly onOutput: (mode: AgentMode, bytes: number) => void;
  readonly onFirstOutput: (mode: AgentMode) => void;
  readonly onExit: (mode: AgentMode, exit: Exit) => void;
};

export type PaneHostOptions = {
  readonly clock: Clock;
  readonly spawnPty: SpawnPty;
  readonly createEmulator: (mode: AgentMode, size: PtySize) => Emulator;
  readonly sizes: ByMode<PtySize>;
  readonly events: PaneEvents;
};

export type PaneHost = {
  readonly emulator: (mode: AgentMode) => Emulator;
  /** Whether a process runs in the pane. */
  readonly isRunning: (mode: AgentMode) => boolean;
  /** Starts a program in the pane; the old screen stays until it says something. */
  readonly spawn: (mode: AgentMode, program: Omit<PtyOptions, keyof PtySize>) => Pty;
  /** Sends to the process; without one it is dropped. */
  readonly write: (mode: AgentMode, data: string | Uint8Array) => void;
  /** A key goes to a pane: its siblings are not read until its echo has come, or a moment later. */
  readonly favour: (mode: AgentMode) => void;
  /** Same sizes are dropped, storms are coalesced. */
  readonly resize: (mode: AgentMode, size: PtySize) => void;
  readonly dispose: () => void;
};

/** An echo that takes longer is not worth holding the siblings for. */
const favourMs = 4;
/** A sibling that has been silent for this long does not stand in the way. */
const floodMs = 50;

/** A storm of resizes (a window dragged) reaches the child in steps of this many ms. */
const resizeMs = 60;

/** RIS, and the cursor, which xterm.js leaves hidden: the screen and all modes as new, so that nothing of the last program stays on. */
const reset = "\x1bc\x1b[?25h";

type Pane = {
  readonly emulator: Emulator;
  pty: Pty | undefined;
  size: PtySize;
  wantedSize: PtySize;
  resizeTimer: Cancel | undefined;
  /** Monotonic, in ms. */
  lastOutput: number;
};

export function createPaneHost(options: PaneHostOptions): PaneHost {
  const { clock, events } = options;
  let favoured: AgentMode | undefined;
  let favourTimer: Cancel | undefined;
  const panes = byMode((mode): Pane => {
    const size = options.sizes[mode];
    const emulator = options.createEmulator(mode, size);
    const pane: Pane = {
      emulator,
      pty: undefined,
      size,
      wantedSize: size,
      resizeTimer: undefined,
      lastOutput: Number.NEGATIVE_INFINITY,
    };
    emulator.onReply((text) => pane.pty?.write(text));
    return pane;
  });

  function spawn(mode: AgentMode, program: Omit<PtyOptions, keyof PtySize>): Pty {
    const pane = panes[mode];
    const pty = options.spawnPty({ ...program, ...pane.size });
    let silent = true;
    pane.pty = pty;
    pty.onData((bytes) => {
      if (silent) {
        silent = false;
        pane.emulator.write(reset);
        events.onFirstOutput(mode);
      }
      pane.emulator.write(bytes);
      pane.lastOutput = clock.monotonic();
      events.onOutput(mode, bytes.length);
      if (favoured === mode) release();
    });
    pty.onExit((exit) => {
      if (pane.pty === pty) pane.pty = undefined;
      // What is started next must not be sent mouse reports before it has asked for them.
      pane.emulator.write(endOfProgram);
      events.onExit(mode, exit);
    });
    return pty;
  }

  function favour(mode: AgentMode): void {
    const now = clock.monotonic();
    for (const [other, pane] of Object.entries(panes)) {
      if (other === mode || now - pane.lastOutput > floodMs) continue;
      pane.pty?.pause();
      favoured = mode;
    }
    if (favoured) favourTimer ??= clock.after(favourMs, release);
  }

  function release(): void {
    favourTimer?.();
    favourTimer = undefined;
    favoured = undefined;
    for (const pane of Object.values(panes)) pane.pty?.resume();
  }

  function applySize(pane: Pane): void {
    const { cols, rows } = pane.wantedSize;
    if (cols === pane.size.cols && rows === pane.size.rows) return;
    pane.size = pane.wantedSize;
    pane.emulator.resize(pane.size);
    pane.pty?.resize(pane.size);
  }

  function resize(mode: AgentMode, size: PtySize): void {
    const pane = panes[mode];
    pane.wantedSize = size;
    if (pane.resizeTimer) return;
    applySize(pane);
    pane.resizeTimer = clock.after(resizeMs, () => {
      pane.resizeTimer = undefined;
      applySize(pane);
      events.onOutput(mode, 0);
    });
  }

  return {
    emulator: (mode) => panes[mode].emulator,
    isRunning: (mode) => panes[mode].pty !== undefined,
    spawn,
    write: (mode, data) => panes[mode].pty?.write(data),
    favour,
    resize,
    dispose() {
      favourTimer?.();
      for (const pane of Object.values(panes)) {
        pane.resizeTimer?.();
        pane.emulator.dispose();
      }
    },
  };
}
