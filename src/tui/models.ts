/**
 * The runtimes as the running program holds them: found by settings and shell, watched as closely as
 * somebody looks, and asked to load and unload. The store knows what they tell; connections and
 * tokens stay here.
 */
import { runtimeOf } from "../core/installed-models.ts";
import { memoryBudget } from "../core/memory-budget.ts";
import type { AgentMode } from "../core/mode.ts";
import { agentModes, byMode } from "../core/mode.ts";
import type { GuideSettings, ModelJob } from "../core/models.ts";
import type { RuntimeAddress, RuntimeState } from "../core/runtime.ts";
import type { State } from "../core/state.ts";
import { agentOf } from "../opencode/mode-config.ts";
import { readOpencodeModels } from "../opencode/opencode-models.ts";
import type { Cancel, Ports, Variables } from "../platform/ports.ts";
import { createModelUses } from "../project/model-uses.ts";
import { adapters } from "../runtimes/adapters.ts";
import { runtimeAddresses } from "../runtimes/addresses.ts";
import { readGuideVariables } from "../runtimes/guide-variables.ts";
import { createJobs } from "../runtimes/jobs.ts";
import { type MemoryWatch, watchMemory } from "../runtimes/memory/memory.ts";
import { createMonitor, type Monitor } from "../runtimes/monitor/monitor.ts";
import { untilTime } from "../runtimes/until-time.ts";
import { type Attention, attentionOf, memoryAttention } from "./attention.ts";
import { createLoadedNews } from "./loaded-news.ts";
import { createReadiness } from "./model-readiness.ts";
import type { Dispatch } from "./store.ts";

export type ModelsOptions = {
  readonly ports: Ports;
  readonly root: string;
  /** The variables of the development shell. */
  readonly variables: () => Variables;
  readonly directories: {
    /** That of all runs, and that of this one. */
    readonly runtime: string;
    readonly run: string;
  };
  readonly state: () => State;
  readonly dispatch: Dispatch;
  /** Puts a text into the clipboard. */
  readonly copy: (text: string) => void;
};

export type Models = {
  readonly setUp: () => void;
  readonly refresh: () => void;
  readonly describe: (model: { readonly runtime: string; readonly model: string }) => void;
  readonly describeAll: (asked: {
    readonly runtime: string;
    readonly models: readonly string[];
  }) => void;
  readonly runJob: (job: ModelJob) => void;
  readonly cancelJob: (id: string) => void;
  readonly copyByHand: (job: Omit<ModelJob, "id">) => void;
  /** Resolves when the agent of a mode may start: its model is known, or it has waited enough. */
  readonly ready: (mode: AgentMode) => Promise<void>;
  readonly stateChanged: (state: State, previous: State) => void;
  readonly stop: () => void;
};

/** What a monitor is made of: while it stays the same, the monitor stays. */
type Watched = {
  readonly addresses: readonly RuntimeAddress[];
  readonly guide: GuideSettings;
  readonly variables: Variables;
};

/** What is refreshed for an overlay that opens comes after its first frame, in ms. */
const refreshMs = 80;

/** As many models are described at once, and all of a runtime in so many ms: a choice waits for it. */
const describedAtOnce = 4;
const describeMs = 6000;

export function createModels(options: ModelsOptions): Models {
  const { ports, state, dispatch } = options;
  let monitor: Monitor | undefined;
  let memory: MemoryWatch | undefined;
  let watched = "";
  let measured = "";
  let attention: Attention = "hidden";
  let setUps = 0;
  let isSetUp = false;
  let stopped = false;
  let refreshing: Cancel | undefined;

  const readiness = createReadiness(ports.clock, { state, isSetUp: () => isSetUp });
  const loadedNews = createLoadedNews(ports.clock, () => state().models.runtimes);
  const running = new Map<string, ModelJob>();
  const uses = createModelUses(ports, {
    runtimeDirectory: options.directories.runtime,
    runDirectory: options.directories.run,
    onOthers: (models) => dispatch({ type: "models-used-elsewhere", models }),
  });
  const jobs = createJobs({
    runtime: (id) => monitor?.contextOf(id),
    watch: {
      started: (job, onProgress) => monitor?.jobs.started(job, onProgress),
      ended: (job, end) => monitor?.jobs.ended(job, end),
    },
    onProgress: ({ id, progress }) => dispatch({ type: "job-progressed", id, progress }),
    onEnd: (end) => {
      const job = running.get(end.id);
      running.delete(end.id);
      const tell = () => dispatch({ type: "job-ended", ...end });
      if (!job || end.end !== "done") return tell();
      monitor?.refresh(job.runtime);
      loadedNews.await(job, tell);
    },
  });

  async function setUp(): Promise<void> {
    setUps++;
    const mine = setUps;
    const { settings } = state();
    const variables = options.variables();
    const addresses = runtimeAddresses({ settings, variables });
    const guide = readGuideVariables(variables);
    const opencode = await readOpencodeModels(ports, {
      root: options.root,
      environment: variables,
      agents: byMode((mode) => agentOf(mode, settings.modes[mode])),
      addresses,
    }).catch((error: unknown) => {
      ports.log.warn(`OpenCode's configuration is not read: ${String(error)}`);
      return { models: [], defaults: {} };
    });
    if (stopped || mine !== setUps) return;
    const { models: opencodeModels, defaults: opencodeDefaults } = opencode;
    const setup = { addresses, guide, opencodeModels, opencodeDefaults };
    isSetUp = true;
    dispatch({ type: "models-set-up", setup });
    watch({ addresses, guide, variables });
    measure(guide);
  }

  function watch({ addresses, guide, variables }: Watched): void {
    const tokenOf = ({ tokenVariable }: RuntimeAddress) =>
      tokenVariable === undefined
        ? undefined
        : (variables[tokenVariable] ?? ports.env[tokenVariable]);
    const { modelsPath } = guide;
    const tokens = Object.values(adapters).map(
      ({ tokenVariable = "" }) => variables[tokenVariable],
    );
    const now = JSON.stringify([addresses, addresses.map(tokenOf), tokens, modelsPath]);
    if (monitor && now === watched) return;
    watched = now;
    monitor?.stop();
    monitor = createMonitor(ports, {
      addresses,
      tokenOf,
      attention,
      ...(modelsPath === undefined ? {} : { modelsPath }),
      onChange: runtimeChanged,
      onSurveyed: () => dispatch({ type: "runtimes-surveyed" }),
    });
  }

  function runtimeChanged(runtime: RuntimeState): void {
    dispatch({ type: "runtime-changed", runtime });
    loadedNews.runtimeChanged(runtime);
  }

  function measure(guide: GuideSettings): void {
    const budget = memoryBudget(state().settings, guide);
    const now = JSON.stringify(budget);
    if (memory && now === measured) return;
    measured = now;
    memory?.stop();
    memory = watchMemory(ports, {
      ...budget,
      onMeasured: (found) => dispatch({ type: "memory-measured", memory: found }),
    });
    memory.attend(memoryAttention(state(), attention));
  }

  async function describe(wanted: { readonly runtime: string; readonly model: string }) {
    const { runtime } = wanted;
    // What a runtime does not tell stays unknown; the picker does not wait for it.
    const model = await monitor?.describe(runtime, wanted.model).catch(() => undefined);
    if (model && !stopped) dispatch({ type: "model-described", runtime, model });
  }

  async function describeAll({ runtime, models }: { runtime: string; models: readonly string[] }) {
    const waiting = [...models];
    const end = ports.clock.monotonic() + describeMs;
    const work = async () => {
      for (let model = waiting.shift(); model !== undefined; model = waiting.shift()) {
        if (stopped || ports.clock.monotonic() >= end) return;
        await describe({ runtime, model });
      }
    };
    const works = Promise.all(Array.from({ length: describedAtOnce }, work));
    await untilTime(ports.clock, { work: works, end });
    if (!stopped) dispatch({ type: "models-described", runtime });
  }

  function copyByHand({ runtime: id, deed }: Omit<ModelJob, "id">): void {
    const runtime = state().models.runtimes.find(({ address }) => address.id === id);
    if (!runtime) return;
    const context = "context" in deed ? deed.context : undefined;
    const keepAlive = "keepAlive" in deed ? deed.keepAlive : undefined;
    const command = adapters[runtime.kind].byHand({
      deed: deed.type,
      url: runtime.address.url,
      model: deed.type === "unload" ? deed.instance : deed.model,
      ...(keepAlive === undefined ? {} : { keepAlive }),
      ...(context === undefined ? {} : { context }),
    });
    options.copy(command);
    dispatch({ type: "notice", notice: { level: "info", text: `copied: ${command}` } });
  }

  return {
    setUp: () => void setUp(),
    refresh() {
      refreshing?.();
      refreshing = ports.clock.after(refreshMs, () => monitor?.refresh());
    },
    describe: (model) => void describe(model),
    describeAll: (asked) => void describeAll(asked),
    runJob(job) {
      running.set(job.id, job);
      jobs.run(job);
    },
    cancelJob: jobs.cancel,
    copyByHand,
    ready: readiness.ready,
    stateChanged(next, previous) {
      if (next.models !== previous.models) readiness.stateChanged();
      if (next.models !== previous.models || next.panes !== previous.panes)
        uses.use(usedModels(next));
      if (stopped) return;
      const now = attentionOf(next);
      memory?.attend(memoryAttention(next, now));
      if (now === attention) return;
      attention = now;
      monitor?.attend(now);
      uses.attend(now);
    },
    stop() {
      stopped = true;
      refreshing?.();
      readiness.stop();
      loadedNews.stop();
      jobs.stop();
      monitor?.stop();
      memory?.stop();
      uses.stop();
    },
  };
}

/** What this run uses of the runtimes, for others that share them: "url model". */
function usedModels({ models, panes }: State): readonly string[] {
  return agentModes.flatMap((mode) => {
    const { kind, process, model, wantedModel } = panes[mode];
    const runs = process.type === "running" || process.type === "starting";
    if (kind !== "opencode" || !runs) return [];
    return [...new Set([model, wantedModel])].flatMap((ref) => {
      const found = ref === undefined ? undefined : runtimeOf(models.runtimes, ref);
      return found ? [`${found.runtime.address.url} ${found.name}`] : [];
    });
  });
}
