/**
 * Which models an Ollama has loaded, by the rules of its scheduler (server/sched.go, read at 0.33):
 *
 * A **runner** is a loaded file of weights; the file is its key, so a model and one made of it are
 * never loaded together. A **lease** is a request that uses a runner; while there is one its timer
 * stands still. One load at a time, requests wait in a queue, a loaded model is used without it. To
 * make room the idle runner with the shortest keep_alive goes, else the shortest one is waited for.
 */
import type { Cancel, Clock } from "../../src/platform/ports.ts";
import {
  type OllamaModel,
  type OllamaVersion,
  sameOllamaName,
  tokenBytes,
} from "./ollama-models.ts";

export type SchedulerOptions = {
  readonly clock: Clock;
  readonly version: OllamaVersion;
  readonly gpuBytes: number;
  readonly ramBytes: number;
  /** OLLAMA_MAX_LOADED_MODELS. */
  readonly maxLoaded: number;
  /** OLLAMA_MAX_QUEUE. */
  readonly maxQueue: number;
  /** OLLAMA_KEEP_ALIVE, in ms. */
  readonly keepAliveMs: number;
  /** OLLAMA_CONTEXT_LENGTH. */
  readonly contextLength: number | undefined;
  /** How long a load takes, in ms; "manual": until `finishLoad`. */
  readonly loadMs: number | "manual";
  /** How long it takes until the memory of an unloaded model is free, in ms. */
  readonly unloadMs: number;
};

/** A failure as Ollama answers it. */
export class OllamaFailure extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export type LeaseRequest = {
  readonly model: OllamaModel;
  /** Undefined: the request has none, and the runner keeps its own. */
  readonly keepAliveMs?: number | undefined;
  /** `options.num_ctx`. */
  readonly numCtx?: number | undefined;
  readonly gone: AbortSignal;
};

export type Lease = {
  /** The model the runner was loaded as. */
  readonly model: OllamaModel;
  release(): void;
};

export type Runner = {
  readonly model: OllamaModel;
  readonly context: number;
  readonly sizeBytes: number;
  readonly gpuBytes: number;
  /** ms since the epoch; of the last idle moment while a request runs. */
  readonly expiresAt: number;
  readonly users: number;
};

export type OllamaScheduler = ReturnType<typeof createOllamaScheduler>;

type OwnRunner = { -readonly [Key in keyof Runner]: Runner[Key] } & {
  /** The context was not asked for. */
  readonly automatic: boolean;
  sessionMs: number;
  stopTimer: Cancel;
  /** Called when its memory is free. */
  readonly whenGone: (() => void)[];
};

type Pending = LeaseRequest & {
  readonly resolve: (lease: Lease) => void;
  readonly reject: (failure: unknown) => void;
};

type Loading = {
  readonly model: OllamaModel;
  readonly context: number;
  readonly finish: () => void;
  readonly fail: (failure: OllamaFailure) => void;
};

/** Go's longest duration: what a negative keep_alive becomes. */
const forEverMs = 9_223_372_036_854;
const gigabyte = 1024 ** 3;
const overheadBytes = gigabyte / 2;

export function createOllamaScheduler(options: SchedulerOptions) {
  const { clock, version } = options;
  const loaded = new Map<string, OwnRunner>();
  const failures = new Map<string, OllamaFailure>();
  const loads = new Map<string, number>();
  const freeing = new Set<OwnRunner>();
  let queue: Pending[] = [];
  let loading: Loading | undefined;
  let working = false;
  let { contextLength } = options;
  let gpuBytes = options.gpuBytes;

  /** Resolves when the model can be used; rejects with an OllamaFailure. */
  function acquire(request: LeaseRequest): Promise<Lease> {
    const runner = loaded.get(request.model.blob);
    if (runner && !needsReload(runner, request)) return Promise.resolve(lend(runner, request));
    if (queue.length >= options.maxQueue) return Promise.reject(queueFull());
    return new Promise((resolve, reject) => {
      queue.push({ ...request, resolve, reject });
      void work();
    });
  }

  async function work(): Promise<void> {
    if (working) return;
    working = true;
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { resolve, reject } = next;
      await schedule(next).then(resolve, reject);
    }
    working = false;
  }

  async function schedule(request: LeaseRequest): Promise<Lease> {
    for (;;) {
      if (request.gone.aborted) throw cancelled();
      const runner = loaded.get(request.model.blob);
      if (runner && !needsReload(runner, request)) return lend(runner, request);
      const inTheWay = runner ?? (lacksRoom(request) ? victim() : undefined);
      if (!inTheWay) return lend(await load(request), request);
      await expire(inTheWay);
    }
  }

  function lend(runner: OwnRunner, { keepAliveMs }: LeaseRequest): Lease {
    runner.users += 1;
    runner.stopTimer();
    if (keepAliveMs !== undefined) runner.sessionMs = sessionOf(keepAliveMs);
    let released = false;
    return {
      model: runner.model,
      release() {
        if (released) return;
        released = true;
        runner.users -= 1;
        if (runner.users === 0) becomeIdle(runner);
      },
    };
  }

  function becomeIdle(runner: OwnRunner): void {
    if (loaded.get(runner.model.blob) !== runner) return;
    if (runner.sessionMs <= 0 || runner.whenGone.length > 0) return unload(runner);
    runner.expiresAt = clock.now() + runner.sessionMs;
    // A timer of more than 24 days would come due at once; no test waits that long.
    const timed = runner.sessionMs < 2 ** 31;
    runner.stopTimer = timed ? clock.after(runner.sessionMs, () => unload(runner)) : () => {};
  }

  function unload(runner: OwnRunner): void {
    runner.stopTimer();
    if (loaded.get(runner.model.blob) !== runner) return;
    loaded.delete(runner.model.blob);
    const gone = () => {
      freeing.delete(runner);
      for (const tell of runner.whenGone) tell();
    };
    if (options.unloadMs <= 0) return gone();
    freeing.add(runner);
    clock.after(options.unloadMs, gone);
  }

  /** Makes a runner go as soon as it is idle; resolves when it has. */
  function expire(runner: OwnRunner): Promise<void> {
    const gone = new Promise<void>((resolve) => runner.whenGone.push(resolve));
    runner.stopTimer();
    runner.sessionMs = 0;
    if (runner.users === 0) unload(runner);
    return gone;
  }

  async function load(request: LeaseRequest): Promise<OwnRunner> {
    const { model, keepAliveMs } = request;
    loads.set(model.name, (loads.get(model.name) ?? 0) + 1);
    const context = fittingContext(request);
    await untilLoaded(request, context);
    const sizeBytes = needOf(model, context);
    const free = gpuBytes - sum([...loaded.values()].map((runner) => runner.gpuBytes));
    const sessionMs = sessionOf(keepAliveMs ?? options.keepAliveMs);
    const runner: OwnRunner = {
      model,
      context,
      automatic: askedContext(request) === undefined,
      sizeBytes,
      gpuBytes: Math.max(0, Math.min(sizeBytes, free)),
      expiresAt: clock.now() + sessionMs,
      users: 0,
      sessionMs,
      stopTimer: () => {},
      whenGone: [],
    };
    loaded.set(model.blob, runner);
    return runner;
  }

  function untilLoaded({ model, gone }: LeaseRequest, context: number): Promise<void> {
    const failure = failures.get(model.name);
    return new Promise<void>((resolve, reject) => {
      const finish = () => (failure ? reject(failure) : resolve());
      loading = { model, context, finish, fail: reject };
      gone.addEventListener("abort", () => reject(cancelled()), { once: true });
      if (options.loadMs === "manual") return;
      if (options.loadMs <= 0) finish();
      else clock.after(options.loadMs, finish);
    }).finally(() => {
      loading = undefined;
    });
  }

  /** The context asked for, or the automatic one, once lowered if there is no room (from 0.30). */
  function fittingContext(request: LeaseRequest): number {
    const { model } = request;
    const room = gpuBytes + options.ramBytes;
    const asked = askedContext(request);
    const context = Math.min(asked ?? automaticContext(), model.maxContext);
    if (needOf(model, context) <= room) return context;
    const lower = asked === undefined && version.isNew ? lowerContext(context) : undefined;
    if (lower !== undefined && needOf(model, lower) <= room) return lower;
    throw outOfMemory(needOf(model, context), room);
  }

  function automaticContext(): number {
    if (contextLength !== undefined) return contextLength;
    if (!version.tieredContext || gpuBytes < 23 * gigabyte) return 4096;
    return gpuBytes < 47 * gigabyte ? 32_768 : 262_144;
  }

  function needsReload(runner: OwnRunner, request: LeaseRequest): boolean {
    const asked = askedContext(request);
    if (asked === undefined && runner.automatic) return false;
    const wanted = Math.min(asked ?? automaticContext(), request.model.maxContext);
    return wanted !== runner.context;
  }

  function lacksRoom(request: LeaseRequest): boolean {
    if (loaded.size >= options.maxLoaded) return true;
    if (loaded.size === 0) return false;
    const asked = Math.min(askedContext(request) ?? automaticContext(), request.model.maxContext);
    const all = gpuBytes > 0 ? gpuBytes : options.ramBytes;
    const used = sum([...loaded.values()].map((runner) => runner.sizeBytes));
    return needOf(request.model, asked) > 0.8 * (all - used);
  }

  function victim(): OwnRunner | undefined {
    const runners = [...loaded.values()].sort(
      (a, b) => a.sessionMs - b.sessionMs || (a.model.blob < b.model.blob ? -1 : 1),
    );
    return runners.find(({ users }) => users === 0) ?? runners[0];
  }

  function outOfMemory(need: number, room: number): OllamaFailure {
    const gib = (bytes: number) => `${(bytes / gigabyte).toFixed(1)} GiB`;
    const text = version.isNew
      ? "llama-server reported out-of-memory during startup: ggml_backend_cuda_buffer_type_alloc_buffer: allocating on device 0: cudaMalloc failed: out of memory"
      : `model requires more system memory (${gib(need)}) than is available (${gib(room)})`;
    return new OllamaFailure(500, text);
  }

  return {
    acquire,
    /** All that is loaded, the one that stays longest first. */
    runners: (): readonly Runner[] =>
      [...loaded.values()].sort((a, b) => b.expiresAt - a.expiresAt),
    loading: (): Pick<Loading, "model" | "context"> | undefined => loading,
    /** The memory of an unloaded model is not free yet: `/api/ps` has to wait. */
    isFreeing: () => freeing.size > 0,
    loadCount: (name: string) =>
      sum([...loads].filter(([loadedName]) => sameOllamaName(loadedName, name)).map(([, n]) => n)),
    queued: () => queue.length,
    /** keep_alive 0: it goes as soon as no request uses it. */
    expireModel(model: OllamaModel): void {
      const runner = loaded.get(model.blob);
      if (!runner) return;
      runner.expiresAt = clock.now();
      void expire(runner);
    },
    /** A request ran out of memory: all go. */
    expireAll(): void {
      for (const runner of loaded.values()) void expire(runner);
    },
    finishLoad: () => loading?.finish(),
    failLoad: (failure: OllamaFailure) => loading?.fail(failure),
    /** Loads of a model fail from now on, or no longer. */
    setFailure: (name: string, failure: OllamaFailure | undefined): void => {
      if (failure) failures.set(name, failure);
      else failures.delete(name);
    },
    /** OLLAMA_CONTEXT_LENGTH of the loads to come. */
    setContextLength: (tokens: number | undefined): void => {
      contextLength = tokens;
    },
    /** The GPU is gone, as after a sleep: what is loaded runs on the CPU. */
    setGpu: (bytes: number): void => {
      gpuBytes = bytes;
      for (const runner of loaded.values()) runner.gpuBytes = Math.min(runner.gpuBytes, bytes);
    },
    /** As when the server is started anew. */
    forget(): void {
      for (const runner of loaded.values()) runner.stopTimer();
      loaded.clear();
      freeing.clear();
      for (const { reject } of queue) reject(cancelled());
      queue = [];
      loading?.fail(cancelled());
    },
  };
}

function askedContext({ model, numCtx }: LeaseRequest): number | undefined {
  return numCtx ?? model.numCtx;
}

function needOf(model: OllamaModel, context: number): number {
  return model.sizeBytes + tokenBytes(model) * context + overheadBytes;
}

function lowerContext(context: number): number | undefined {
  if (context > 32_768) return 32_768;
  return context > 4096 ? 4096 : undefined;
}

function sessionOf(keepAliveMs: number): number {
  return keepAliveMs < 0 ? forEverMs : Math.min(keepAliveMs, forEverMs);
}

function cancelled(): OllamaFailure {
  return new OllamaFailure(499, "request canceled");
}

function queueFull(): OllamaFailure {
  return new OllamaFailure(
    503,
    "server busy, please try again.  maximum pending requests exceeded",
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, number) => all + number, 0);
}
