/**
 * The running TUI: every part made, and joined to the others. It owns what it starts; when it ends,
 * for whatever reason, the processes are gone and the terminal is as it was.
 */
import type { Exit } from "../core/agent.ts";
import { initialState } from "../core/initial-state.ts";
import { arrange } from "../core/layout.ts";
import { type AgentMode, agentModes, byMode } from "../core/mode.ts";
import type { SavedPicks } from "../core/models.ts";
import type { Settings } from "../core/settings.ts";
import type { Notice, Saved } from "../core/state.ts";
import { colorDepthOf, hasUnicode } from "../core/terminal-abilities.ts";
import type { ProgramFacts } from "../doctor/context.ts";
import { createKeymap, type Keymap } from "../keys/keymap.ts";
import type { Cancel, OwnProcess, Ports, Terminal } from "../platform/ports.ts";
import type { ProcessLedger } from "../project/leftovers.ts";
import type { Screen } from "../project/screen-requests.ts";
import { stopProcessTree } from "../project/stop-tree.ts";
import { type CreateEmulator, loadEmulator } from "../screen/emulator.ts";
import { createHostColors } from "../screen/host-colors.ts";
import { createChrome, type ViewWorker } from "./chrome.ts";
import { createClipboard } from "./clipboard.ts";
import { createClockwork } from "./clockwork.ts";
import { createDevelopmentEnvironment } from "./development-environment.ts";
import { createDisplay } from "./display.ts";
import { createDoctor } from "./doctor.ts";
import { createPerformer } from "./effects.ts";
import { createInput } from "./input.ts";
import { createMemoryKeeper } from "./memory-keeper.ts";
import { createModelApplier } from "./model-applier.ts";
import { createModelsLater } from "./models-later.ts";
import { createOuterTerminal } from "./outer-terminal.ts";
import { createPaneHost } from "./pane-host.ts";
import { createPrograms } from "./programs.ts";
import { screensOf } from "./screens.ts";
import { createScrollPosition } from "./scroll-position.ts";
import { createDispatchingStore } from "./store.ts";
import { createSupervisor } from "./supervisor.ts";
import type { Capabilities } from "./view/theme.ts";

export type TuiOptions = {
  readonly ports: Ports;
  readonly terminal: Terminal;
  readonly ownProcess: OwnProcess;
  readonly startView: (capabilities: Capabilities) => ViewWorker;
  readonly project: { readonly root: string; readonly name: string };
  readonly settings: Settings;
  readonly program: ProgramFacts;
  readonly shell?: string;
  readonly saved?: Saved;
  readonly picks?: SavedPicks;
  readonly directories: {
    /** That of all runs. */
    readonly runtime: string;
    readonly run: string;
    readonly data: string;
    readonly environments: string;
  };
  readonly ledger: ProcessLedger;
  readonly save: (saved: Saved) => void;
  readonly savePicks: (saved: SavedPicks) => void;
  /** Tells of picks that something else has made. */
  readonly watchPicks: (onPicked: (saved: SavedPicks) => void) => Cancel;
  /** Tells of each change of the settings files. */
  readonly watchSettings: (onChange: (settings: Settings) => void) => Cancel;
  /** Hands the screens to who asks for them. */
  readonly answerScreens: (screens: () => readonly Screen[]) => Cancel;
  /** Tells what the user should know, also what was found before the start. */
  readonly watchNotices: (onNotice: (notice: Omit<Notice, "until">) => void) => Cancel;
};

/** Runs the TUI until it is quit; resolves to the exit code. Rejects with an error that nobody caught. */
export async function runTui(options: TuiOptions): Promise<number> {
  const createEmulator = await loadEmulator();
  return new Promise((resolve, reject) =>
    openTui(options, createEmulator, { onEnd: resolve, onFailed: reject }),
  );
}

type Ending = {
  readonly onEnd: (exitCode: number) => void;
  readonly onFailed: (error: unknown) => void;
};

function openTui(
  options: TuiOptions,
  createEmulator: CreateEmulator,
  { onEnd, onFailed }: Ending,
): void {
  const { ports, terminal, project, settings, ledger } = options;
  const { clock } = ports;
  const colors = createHostColors();
  const colorDepth = colorDepthOf(ports.env);
  const ascii = !hasUnicode(ports.env);
  const encoder = new TextEncoder();
  const writeText = (text: string) => terminal.write(encoder.encode(text), () => {});
  let ended = false;

  const store = createDispatchingStore({
    initial: initialState({
      project,
      settings,
      screen: terminal.size(),
      now: clock.now(),
      ...(options.saved ? { saved: options.saved } : {}),
      ...(options.picks ? { picks: options.picks } : {}),
    }),
    clock,
    perform: (effect) => perform(effect),
  });
  const { dispatch, state } = store;

  const outer = createOuterTerminal({
    write: writeText,
    colors,
    onSynchronized: () => display.synchronize(),
    onSchemeChanged: () => {
      for (const mode of agentModes) host.emulator(mode).colorSchemeChanged();
    },
  });
  const copy = createClipboard({ ...ports, viaTerminal: outer.copy });

  const places = arrange(state()).panes;
  const host = createPaneHost({
    clock,
    spawnPty: ports.spawnPty,
    sizes: byMode((mode) => places[mode].content),
    createEmulator: (mode, size) => {
      const emulator = createEmulator({ ...size, scrollback: settings.scrollback, colors });
      emulator.onDamage((first, last) => display.paneDamaged(mode, first, last));
      emulator.onTitle((title) => dispatch({ type: "pane-title", mode, title }));
      emulator.onBell(() => dispatch({ type: "pane-bell", mode }));
      // OpenCode copies what is selected in it. A pane without focus has no say in the clipboard.
      emulator.onClipboard((text) => mode === state().focus && outer.copy(text));
      return emulator;
    },
    events: {
      onOutput: (mode, bytes) => {
        display.paneChanged(mode, bytes);
        scrollPosition.outputArrived(mode);
        memory.outputArrived(bytes);
        if (mode === state().focus) input.followSoon();
      },
      onFirstOutput: (mode) => supervisor.firstOutput(mode),
      onExit: (mode, exit) => paneExited(mode, exit),
    },
  });

  const memory = createMemoryKeeper({ clock, release: ports.releaseMemory });

  const scrollPosition = createScrollPosition({
    clock,
    state,
    dispatch,
    scrolledBack: (mode) => host.emulator(mode).scrolledBack,
  });

  const chrome = createChrome({
    clock,
    startWorker: () => options.startView({ ascii, color: colorDepth !== "none" }),
    createEmulator: (size) => createEmulator({ ...size, scrollback: 0, colors }),
    onDamage: (surface, first, last) => display.chromeDamaged(surface, first, last),
    onFailed: (message) => ports.log.error(`the view failed: ${message}`),
    onStarted: () => display.layersChanged(),
  });

  const display = createDisplay({
    clock,
    state,
    host,
    chrome,
    colorDepth,
    ascii,
    write: (bytes, done) => terminal.write(bytes, done),
  });

  const environment = createDevelopmentEnvironment({
    ports,
    root: project.root,
    cacheDir: options.directories.environments,
    dispatch,
    state,
    ...(options.shell === undefined ? {} : { shell: options.shell }),
  });

  const models = createModelsLater({
    ports,
    root: project.root,
    variables: environment.variables,
    directories: options.directories,
    state,
    dispatch,
    copy,
  });

  const doctor = createDoctor({
    ports,
    root: project.root,
    program: options.program,
    // It asks what the terminal can do. The terminal is ours already, and stays so.
    terminal: { ...terminal, enter: ({ enter }) => writeText(enter), leave: () => {} },
    dispatch,
  });

  const applier = createModelApplier({
    ports,
    state,
    variables: environment.variables,
    dispatch,
    screen: (mode) => host.emulator(mode).screenText(),
  });

  const supervisor = createSupervisor({
    ports,
    host,
    dispatch,
    state,
    prepare: createPrograms({
      ports,
      state,
      variables: environment.variables,
      directories: options.directories,
      modelKnown: models.ready,
      agentStarts: applier.starts,
    }),
    onStarted: (pid) => void ledger.started(pid),
    stopTree: async (pid, program) => {
      const known = ledger.treeOf(pid);
      // OpenCode ends well on TERM alone; a shell wants to hear that its terminal hung up.
      await stopProcessTree(ports, { pid, groupPid: pid, known, hangUp: !program.watch });
      await ledger.stopped(pid);
    },
  });

  let keymap: { readonly of: Settings["keys"]; readonly keymap: Keymap } | undefined;
  const currentKeymap = () => {
    const { keys } = state().settings;
    if (keymap?.of !== keys) keymap = { of: keys, keymap: createKeymap(keys) };
    return keymap.keymap;
  };

  const input = createInput({
    clock,
    terminal,
    outer,
    host,
    display,
    state,
    dispatch,
    keymap: currentKeymap,
    onScrolled: scrollPosition.moved,
  });

  const clockwork = createClockwork({
    clock,
    processes: ports.processes,
    ledger,
    state,
    dispatch,
    pidOf: supervisor.pidOf,
  });

  function paneExited(mode: AgentMode, exit: Exit): void {
    supervisor.exited(mode, exit);
    display.paneChanged(mode, 0);
    if (mode === state().focus) input.followPane();
  }

  const perform = createPerformer(clock, {
    dispatch,
    loadEnvironment: environment.load,
    cancelEnvironment: environment.cancel,
    useEnvironment: environment.use,
    startAgents: supervisor.start,
    stopAgent: (mode) => void supervisor.stop(mode),
    setUpModels: models.setUp,
    refreshRuntimes: models.refresh,
    describeModel: models.describe,
    describeModels: models.describeAll,
    runJob: models.runJob,
    cancelJob: models.cancelJob,
    applyModel: applier.apply,
    tellAgent: applier.tell,
    copy,
    copyByHand: models.copyByHand,
    sendPrefix: input.sendPrefix,
    scroll: input.scroll,
    captureMouse: () => input.followPane(),
    examine: doctor.examine,
    mend: doctor.mend,
    readLog: () => void ports.log.tail(500).then((lines) => dispatch({ type: "log-read", lines })),
    savePicks: options.savePicks,
    save: options.save,
    quit: (exitCode) => void end(exitCode),
  });

  store.subscribe((next, previous) => {
    if (ended) return;
    display.stateChanged(next, previous);
    if (next.focus !== previous.focus) input.focusMoved(previous.focus, next.focus);
    clockwork.stateChanged(next);
    models.stateChanged(next, previous);
  });

  let stopping: Promise<void> | undefined;

  /** Stops everything, puts the terminal back, and lets go. A second call only changes nothing. */
  function end(exitCode: number): Promise<void> {
    stopping ??= stopEverything().then(
      () => (uncaught === undefined ? onEnd(exitCode) : onFailed(uncaught)),
      (error: unknown) => onFailed(uncaught ?? error),
    );
    return stopping;
  }

  async function stopEverything(): Promise<void> {
    stopWatchingSettings();
    stopWatchingNotices();
    stopWatchingPicks();
    stopAnsweringScreens();
    environment.stop();
    models.stop();
    clockwork.stop();
    memory.stop();
    await Promise.all([supervisor.stopAll(), doctor.stop()]);
    ended = true;
    display.stop();
    input.stop();
    scrollPosition.stop();
    terminal.leave();
    await chrome.stop();
    host.dispose();
  }

  const stopWatchingSettings = options.watchSettings((changed) =>
    dispatch({ type: "settings-changed", settings: changed }),
  );

  const stopWatchingPicks = options.watchPicks((saved) =>
    dispatch({ type: "picks-changed", saved }),
  );

  const stopAnsweringScreens = options.answerScreens(() => screensOf({ display, host, state }));

  options.ownProcess.onSignal((name) =>
    dispatch({ type: "terminated", exitCode: signalCode(name) }),
  );
  options.ownProcess.onUncaught((error) => {
    // The first one is the cause; the command line tells it once the terminal is put back.
    ports.log.error(error instanceof Error ? (error.stack ?? error.message) : String(error));
    uncaught ??= error;
    void end(1);
  });
  let uncaught: unknown;
  options.ownProcess.onWarning((warning) => ports.log.warn(warning.stack ?? warning.message));
  terminal.onGone(() => dispatch({ type: "terminated", exitCode: signalCode("SIGHUP") }));
  terminal.onResize((size) => dispatch({ type: "resized", ...size }));
  terminal.onContinue(() => {
    outer.takeBack();
    display.repaint();
  });

  terminal.enter({ enter: outer.enterSequence, leave: outer.leaveSequence });
  // The environment is looked for while the first frame is drawn.
  dispatch({ type: "started" });
  display.stateChanged(state(), undefined);
  outer.ask();
  input.followPane();
  const stopWatchingNotices = options.watchNotices((notice) =>
    dispatch({ type: "notice", notice }),
  );
}

/** A program that a signal ended exits with 128 and its number (POSIX shells). */
function signalCode(name: NodeJS.Signals): number {
  const numbers: Partial<Record<NodeJS.Signals, number>> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 };
  return 128 + (numbers[name] ?? 0);
}
