/**
 * The runtimes, once the first pane has come: their code is a third of the program, and connections
 * need Node's HTTP. An agent that waits for its model brings it at once.
 */
import type { Cancel } from "../platform/ports.ts";
import type { Models, ModelsOptions } from "./models.ts";

/** The first pane has its first output by then, in ms after the environment is there. */
const laterMs = 100;

export function createModelsLater(options: ModelsOptions): Models {
  const { state } = options;
  const { clock } = options.ports;
  const first = state();
  let models: Models | undefined;
  let loading: Promise<Models> | undefined;
  let isWanted = false;
  let stopped = false;
  let timer: Cancel | undefined;

  async function load(): Promise<Models> {
    const { createModels } = await import("./models.ts");
    const created = createModels(options);
    timer?.();
    if (stopped) created.stop();
    else created.stateChanged(state(), first);
    models = created;
    if (isWanted && !stopped) created.setUp();
    return created;
  }

  function loaded(): Promise<Models> {
    loading ??= load();
    return loading;
  }

  function soon(deed: (models: Models) => void): void {
    if (models) deed(models);
    else void loaded().then(deed);
  }

  return {
    setUp() {
      if (models) return models.setUp();
      isWanted = true;
      timer ??= clock.after(laterMs, () => void loaded());
    },
    refresh: () => soon((each) => each.refresh()),
    describe: (model) => soon((each) => each.describe(model)),
    describeAll: (asked) => soon((each) => each.describeAll(asked)),
    runJob: (job) => soon((each) => each.runJob(job)),
    cancelJob: (id) => soon((each) => each.cancelJob(id)),
    copyByHand: (job) => soon((each) => each.copyByHand(job)),
    ready: async (mode) => (await loaded()).ready(mode),
    stateChanged: (next, previous) => models?.stateChanged(next, previous),
    stop() {
      stopped = true;
      timer?.();
      models?.stop();
    },
  };
}
