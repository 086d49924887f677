/**
 * An Ollama that runs no model: its API with its state, written from its source (0.33) and older
 * versions. Which models are loaded follows `ollama-scheduler.ts`; a chat loads its model on demand,
 * keeps it by Ollama's rules, and is answered with "<model> heard: <text>" or passed on to another
 * server. A prompt with HOLD keeps its answer open until `release()`.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createClock } from "../../src/platform/clock.ts";
import type { Clock } from "../../src/platform/ports.ts";
import { createOllamaChats } from "./ollama-chats.ts";
import { keepAliveMs } from "./ollama-duration.ts";
import {
  defaultOllamaModels,
  derivedModel,
  detailsOf,
  type OllamaModel,
  type OllamaVersion,
  ollamaVersion,
  sameOllamaName,
  shownName,
  showOf,
  tagOf,
} from "./ollama-models.ts";
import { createOllamaPulls, type PullTrouble } from "./ollama-pulls.ts";
import {
  createOllamaScheduler,
  OllamaFailure,
  type OllamaScheduler,
  type Runner,
} from "./ollama-scheduler.ts";
import {
  type RecordedRequest,
  type Route,
  type RouteCall,
  type RuntimeServer,
  sendJson,
  sendText,
  startNdjson,
  startRuntimeServer,
  type Trouble,
} from "./runtime-server.ts";

export type OllamaServerOptions = {
  /** A free port unless given. */
  readonly port?: number;
  /** "0.33.0" unless given; its shapes and rules go by it. */
  readonly version?: string;
  readonly models?: readonly OllamaModel[];
  /** What can be pulled besides. */
  readonly library?: readonly OllamaModel[];
  readonly clock?: Clock;
  /** How long a load takes in ms (0); "manual": until `finishLoad`. */
  readonly loadMs?: number | "manual";
  /** How long `/api/ps` stalls after an unload, in ms (0). */
  readonly unloadMs?: number;
  /** How long each of ten pieces of a pull takes in ms (0). */
  readonly pullStepMs?: number;
  /** 24 GiB unless given; 0 is a machine without a GPU. */
  readonly gpuBytes?: number;
  readonly ramBytes?: number;
  /** OLLAMA_MAX_LOADED_MODELS (3). */
  readonly maxLoaded?: number;
  /** OLLAMA_MAX_QUEUE (512). */
  readonly maxQueue?: number;
  /** OLLAMA_KEEP_ALIVE ("5m"). */
  readonly keepAlive?: string;
  /** OLLAMA_CONTEXT_LENGTH. */
  readonly contextLength?: number;
  /** How far its clock is ahead, in ms. */
  readonly clockSkewMs?: number;
  /** A proxy before it wants this as Bearer. */
  readonly token?: string;
  /** The server that answers chats, with /v1 or without; the model is loaded here all the same. */
  readonly chatUrl?: string;
  /** The name by which that server knows a model. */
  readonly chatModel?: (name: string) => string;
};

export type OllamaServer = {
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first, of all its lives. */
  readonly requests: readonly RecordedRequest[];
  /** Names of the models that are installed now. */
  installedNames(): readonly string[];
  /** What is loaded now. */
  loaded(): readonly Runner[];
  loadedNames(): readonly string[];
  /** Loads of a model that were begun. */
  loadCount(name: string): number;
  /** The model that is being loaded. */
  loadingName(): string | undefined;
  /** Requests that wait for a load. */
  queued(): number;
  /** Ends the load that runs. */
  finishLoad(): void;
  /** Fails the load that runs. */
  failLoad(text: string, status?: number): void;
  /** Fails all loads of a model from now on; without a text no longer. */
  setLoadFailure(name: string, text: string | undefined, status?: number): void;
  /** The next chats fail with that text once their model is loaded; out of memory unloads all. */
  setChatFailure(text: string | undefined, status?: number): void;
  /** Answers that wait for `release`. */
  heldCount(): number;
  release(): void;
  /** `/api/ps` gives no answer until it may again. */
  stallPs(stalls: boolean): void;
  /** How pulls (and creates) go wrong from now on. */
  setPullTrouble(trouble: PullTrouble | undefined): void;
  setGpu(bytes: number): void;
  /** OLLAMA_CONTEXT_LENGTH of the loads to come. */
  setContextLength(tokens: number | undefined): void;
  addModel(model: OllamaModel): void;
  removeModel(name: string): void;
  /** What all requests meet, or those for one path. */
  trouble(trouble: Trouble | undefined, path?: string): void;
  /** Ends the server with all connections; `start` brings it back at the same port, nothing loaded. */
  stop(): Promise<void>;
  start(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
};

const gigabyte = 1024 ** 3;

/** Starts an Ollama on 127.0.0.1. */
export async function startOllamaServer(options: OllamaServerOptions = {}): Promise<OllamaServer> {
  const clock = options.clock ?? createClock();
  const version = ollamaVersion(options.version ?? "0.33.0");
  const scheduler = createOllamaScheduler({
    clock,
    version,
    gpuBytes: options.gpuBytes ?? 24 * gigabyte,
    ramBytes: options.ramBytes ?? 32 * gigabyte,
    maxLoaded: options.maxLoaded ?? 3,
    maxQueue: options.maxQueue ?? 512,
    keepAliveMs: keepAliveMs(options.keepAlive) ?? 300_000,
    contextLength: options.contextLength,
    loadMs: options.loadMs ?? 0,
    unloadMs: options.unloadMs ?? 0,
  });
  const store = createStore(options.models ?? defaultOllamaModels);
  const pulls = createOllamaPulls({
    clock,
    store,
    library: options.library ?? [],
    stepMs: options.pullStepMs ?? 0,
  });
  const chats = createOllamaChats({ store, scheduler, options });
  const skewMs = options.clockSkewMs ?? 0;
  const now = () => clock.now() + skewMs;
  const machine = { clock, version, scheduler, store, skewMs, now };
  const stalled = { ps: false };
  const routes: Readonly<Record<string, Route>> = dated(
    {
      "GET /": ({ response }) => sendText(response, 200, "Ollama is running"),
      "GET /api/version": () => ({ version: version.text }),
      "GET /api/tags": () => ({ models: store.all().map((model) => tagOf(model, version)) }),
      "GET /api/ps": (call) => ps(call, machine, stalled),
      "POST /api/show": (call) => show(call, machine),
      "POST /api/generate": (call) => generate(call, machine),
      "POST /api/pull": pulls.pull,
      "POST /api/create": (call) => create(call, { store, pulls }),
      "DELETE /api/delete": (call) => remove(call, machine),
      "GET /v1/models": () => openAiModels(store.all(), version),
      "POST /v1/chat/completions": chats.answer,
    },
    now,
  );

  const past: RecordedRequest[] = [];
  const listen = (port: number) =>
    startRuntimeServer({ routes, port, ...(options.token ? { token: options.token } : {}) });
  let server: RuntimeServer = await listen(options.port ?? 0);
  const { url, port } = server;

  async function stop(): Promise<void> {
    chats.drop();
    scheduler.forget();
    await server.close();
  }

  async function start(): Promise<void> {
    past.push(...server.requests);
    server = await listen(port);
  }

  return {
    url,
    port,
    get requests() {
      return [...past, ...server.requests];
    },
    installedNames: () => store.all().map(({ name }) => name),
    loaded: () => scheduler.runners(),
    loadedNames: () => scheduler.runners().map(({ model }) => model.name),
    loadCount: scheduler.loadCount,
    loadingName: () => scheduler.loading()?.model.name,
    queued: scheduler.queued,
    finishLoad: scheduler.finishLoad,
    failLoad: (text, status = 500) => scheduler.failLoad(new OllamaFailure(status, text)),
    setLoadFailure: (name, text, status = 500) =>
      scheduler.setFailure(name, text === undefined ? undefined : new OllamaFailure(status, text)),
    setChatFailure: chats.setFailure,
    heldCount: chats.heldCount,
    release: chats.release,
    stallPs(stalls) {
      stalled.ps = stalls;
    },
    setPullTrouble: pulls.setTrouble,
    setGpu: scheduler.setGpu,
    setContextLength: scheduler.setContextLength,
    addModel: store.add,
    removeModel: store.remove,
    trouble: (trouble, path) => server.trouble(trouble, path),
    stop,
    start,
    async restart() {
      await stop();
      await start();
    },
    close: stop,
  };
}

export type OllamaStore = ReturnType<typeof createStore>;

function createStore(first: readonly OllamaModel[]) {
  let models = first;
  return {
    all: () => models,
    find: (name: string) => models.find((model) => sameOllamaName(model.name, name)),
    add: (model: OllamaModel): void => {
      models = [...models.filter(({ name }) => !sameOllamaName(name, model.name)), model];
    },
    remove: (name: string): void => {
      models = models.filter((model) => !sameOllamaName(model.name, name));
    },
  };
}

type Machine = {
  readonly clock: Clock;
  readonly version: OllamaVersion;
  readonly scheduler: OllamaScheduler;
  readonly store: OllamaStore;
  /** By the server's own clock. */
  readonly now: () => number;
  readonly skewMs: number;
};

/** Each answer tells the time of the server's clock. */
function dated(
  routes: Readonly<Record<string, Route>>,
  now: () => number,
): Readonly<Record<string, Route>> {
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [
      name,
      (call: RouteCall) => {
        call.response.setHeader("date", new Date(now()).toUTCString());
        return route(call);
      },
    ]),
  );
}

async function ps(
  { gone }: RouteCall,
  { scheduler, version, now, skewMs }: Machine,
  stalled: { readonly ps: boolean },
): Promise<unknown> {
  while (stalled.ps || scheduler.isFreeing()) {
    if (gone.aborted) return undefined;
    await sleep(5);
  }
  const rows = scheduler.runners().map((runner) => rowOf(runner, version, skewMs));
  const loading = scheduler.loading();
  // Until 0.24 a model is listed while it loads, with what it is expected to take.
  if (!loading || version.isNew) return { models: rows };
  const { model, context } = loading;
  const expected = { model, context, users: 1, sizeBytes: model.sizeBytes };
  const row = rowOf({ ...expected, gpuBytes: 0, expiresAt: now() + 300_000 }, version, 0);
  return { models: [...rows, row] };
}

function rowOf(runner: Runner, version: OllamaVersion, skewMs: number): unknown {
  const { model } = runner;
  const name = shownName(model.name, version);
  return {
    name,
    model: name,
    size: Math.round(runner.sizeBytes),
    digest: model.digest,
    details: { parent_model: "", ...detailsOf(model) },
    expires_at: new Date(runner.expiresAt + skewMs).toISOString().replace("Z", "123456Z"),
    size_vram: Math.round(runner.gpuBytes),
    ...(version.psTellsContext ? { context_length: runner.context } : {}),
  };
}

function show({ request, response }: RouteCall, { store, version }: Machine): unknown {
  const body = fields(request.body);
  const model = store.find(nameIn(body));
  if (!model) return fail(response, notFound(nameIn(body)));
  return showOf(model, version, body["verbose"] === true);
}

/** Without a prompt: load, set keep_alive, or unload. */
async function generate(call: RouteCall, machine: Machine): Promise<unknown> {
  const { request, response, gone } = call;
  const { store, scheduler, now } = machine;
  const body = fields(request.body);
  const model = store.find(nameIn(body));
  if (!model) return fail(response, notFound(nameIn(body)));
  const done = (reason: string) => ({
    model: nameIn(body),
    created_at: new Date(now()).toISOString(),
    response: "",
    done: true,
    done_reason: reason,
  });
  try {
    const keep = readKeepAlive(body["keep_alive"]);
    if (keep === 0) {
      scheduler.expireModel(model);
      return done("unload");
    }
    if (!model.capabilities.includes("completion")) {
      throw new OllamaFailure(400, `"${nameIn(body)}" does not support generate`);
    }
    const numCtx = fields(body["options"])["num_ctx"];
    const lease = await scheduler.acquire({
      model,
      gone,
      keepAliveMs: keep,
      numCtx: typeof numCtx === "number" ? numCtx : undefined,
    });
    lease.release();
    return done("load");
  } catch (error) {
    return fail(response, error);
  }
}

function readKeepAlive(value: unknown): number | undefined {
  try {
    return keepAliveMs(value);
  } catch (error) {
    throw new OllamaFailure(400, error instanceof Error ? error.message : String(error));
  }
}

type Making = {
  readonly store: OllamaStore;
  readonly pulls: ReturnType<typeof createOllamaPulls>;
};

/** Makes a model of another one; of one that is not there it first tries to pull that. */
async function create(call: RouteCall, { store, pulls }: Making): Promise<void> {
  const body = fields(call.request.body);
  const lines = startNdjson(call.response);
  const from = textOf(body["from"]);
  if (!store.find(from)) await pulls.fetchModel(from, lines.send, call.gone);
  const base = store.find(from);
  const trouble = pulls.trouble();
  if (!base) return lines.end();
  lines.send({ status: "reading model metadata" });
  lines.send({ status: `using existing layer ${base.blob.replace("-", ":")}` });
  if (trouble?.error) lines.send({ error: trouble.error });
  if (trouble) return lines.end();
  const numCtx = Number(fields(body["parameters"])["num_ctx"] ?? base.numCtx ?? 4096);
  store.add(derivedModel(base, nameIn(body), numCtx));
  lines.send({ status: "writing manifest" });
  lines.send({ status: "success" });
  lines.end();
}

function remove({ request, response }: RouteCall, { store, scheduler }: Machine): unknown {
  const name = nameIn(fields(request.body));
  const model = store.find(name);
  if (!model) return fail(response, notFound(name));
  scheduler.expireModel(model);
  store.remove(name);
  response.writeHead(200).end();
  return undefined;
}

function openAiModels(models: readonly OllamaModel[], version: OllamaVersion): unknown {
  const rows = models.map((model) => ({
    id: shownName(model.name, version),
    object: "model",
    created: 1_754_042_400,
    owned_by: "library",
  }));
  return { object: "list", data: rows };
}

/** Answers a failure as `/api` does. */
function fail(response: RouteCall["response"], error: unknown): undefined {
  const { status, message } =
    error instanceof OllamaFailure ? error : new OllamaFailure(500, String(error));
  if (!response.destroyed) sendJson(response, status, { error: message });
  return undefined;
}

function notFound(name: string): OllamaFailure {
  return new OllamaFailure(404, `model '${name}' not found`);
}

function nameIn(body: Readonly<Record<string, unknown>>): string {
  return textOf(body["model"] ?? body["name"]);
}

function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
