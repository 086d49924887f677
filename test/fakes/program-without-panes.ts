/** The program without panes and without a screen: its state and its runtimes, over real HTTP. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Effect } from "../../src/core/effect.ts";
import { initialState } from "../../src/core/initial-state.ts";
import type { SavedPicks } from "../../src/core/models.ts";
import { runtimeKinds } from "../../src/core/runtime.ts";
import { defaultSettings, type Settings } from "../../src/core/settings.ts";
import type { State } from "../../src/core/state.ts";
import { goalOf } from "../../src/core/update/switching.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { createRunDirectory } from "../../src/project/run-directory.ts";
import { createPerformer } from "../../src/tui/effects.ts";
import { createModels } from "../../src/tui/models.ts";
import { createDispatchingStore } from "../../src/tui/store.ts";
import { drawnText } from "./drawn.tsx";
import { isolatedPorts } from "./isolated-ports.ts";
import { sampleSummary } from "./sample-state.ts";
import { temporaryDirectory } from "./temporary-directory.ts";
import { until } from "./until.ts";

/** Only the Ollama of the shell's OLLAMA_HOST: whatever listens on this machine is left alone. */
const onlyOllama: Settings["runtimes"] = Object.fromEntries(
  runtimeKinds
    .filter((kind) => kind !== "ollama")
    .map((kind) => [kind, { off: true, from: "project" }] as const),
);

export type Opened = {
  readonly variables?: Variables;
  readonly picks?: SavedPicks;
  /** Besides the Ollama of OLLAMA_HOST. */
  readonly runtimes?: Settings["runtimes"];
  /** One that runs beside another has that one's directory. */
  readonly directory?: string;
};

/** Opens it on an Ollama; its agents take any model at once. */
export async function openProgram(
  server: { readonly url: string },
  { variables = {}, picks, runtimes = {}, directory: shared }: Opened = {},
) {
  const directory = shared ?? (await temporaryDirectory());
  const real = isolatedPorts(directory);
  let slept = 0;
  const ports = { ...real, clock: { ...real.clock, now: () => real.clock.now() + slept } };
  const runtime = join(directory, "run");
  await mkdir(runtime, { recursive: true });
  const { path: run } = await createRunDirectory(ports, runtime);
  const effects: Effect[] = [];
  const copied: string[] = [];
  let shell: Variables = { OLLAMA_HOST: server.url, ...variables };
  const store = createDispatchingStore({
    initial: initialState({
      project: { root: directory, name: "shop" },
      settings: { ...defaultSettings, runtimes: { ...onlyOllama, ...runtimes } },
      screen: { cols: 220, rows: 50 },
      now: ports.clock.now(),
      ...(picks ? { picks } : {}),
    }),
    clock: ports.clock,
    perform: (effect) => {
      effects.push(effect);
      perform(effect);
    },
  });
  const models = createModels({
    ports,
    root: directory,
    variables: () => shell,
    directories: { runtime, run },
    state: store.state,
    dispatch: store.dispatch,
    copy: (text) => copied.push(text),
  });
  const perform = createPerformer(ports.clock, {
    ...unused,
    dispatch: store.dispatch,
    setUpModels: models.setUp,
    refreshRuntimes: models.refresh,
    describeModel: models.describe,
    describeModels: models.describeAll,
    runJob: models.runJob,
    cancelJob: models.cancelJob,
    copyByHand: models.copyByHand,
    applyModel: (mode) => {
      const plan = store.state().models.switches[mode]?.plan;
      if (plan) store.dispatch({ type: "model-applied", mode, model: goalOf(plan), live: true });
    },
  });
  store.subscribe(models.stateChanged);
  onTestFinished(models.stop);
  store.dispatch({ type: "environment-ready", summary: sampleSummary });
  return {
    ...store,
    models,
    effects,
    copied,
    directory,
    runDirectory: run,
    /** The machine sleeps: the wall clock goes on without the monotonic one. */
    sleep: (ms: number) => {
      slept += ms;
    },
    /** The rows of the side panel. */
    panel: (size = { cols: 60, rows: 60 }) =>
      drawnText({ id: "panel", state: store.state(), size }),
    changeShell: (next: Variables) => {
      shell = next;
    },
    until: (look: (state: State) => unknown) =>
      until(() => look(store.state()), { seen: () => store.state().models }),
  };
}

const nothing = () => undefined;
const unused = {
  loadEnvironment: nothing,
  cancelEnvironment: nothing,
  useEnvironment: nothing,
  startAgents: nothing,
  stopAgent: nothing,
  copy: nothing,
  tellAgent: nothing,
  sendPrefix: nothing,
  scroll: nothing,
  captureMouse: nothing,
  examine: nothing,
  mend: nothing,
  readLog: nothing,
  savePicks: nothing,
  save: nothing,
  quit: nothing,
};
