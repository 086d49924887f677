/**
 * An LM Studio that runs no model: its REST API with its state, from its documentation and from what
 * its users report. A chat loads its model by itself ("JIT"), and throws out the one that was loaded
 * so before; what is loaded by `models/load` stays. An unknown path is answered with 200 and an error.
 */

import { asNumber, asObject, asText } from "../../src/core/json.ts";
import type { Clock } from "../../src/platform/ports.ts";
import { createLoadGate } from "./load-gate.ts";
import {
  type RouteCall,
  type RuntimeServer,
  sendJson,
  startRuntimeServer,
} from "./runtime-server.ts";
import { answerChat, chatModel } from "./simple-chat.ts";

export type LmStudioModel = {
  readonly key: string;
  readonly title: string;
  readonly type: "llm" | "vlm" | "embedding";
  readonly sizeBytes: number;
  readonly quantization: string;
  readonly maxContext: number;
  readonly tools: boolean;
};

export type LmStudioOptions = {
  readonly port?: number;
  /** The newest API it has: "v1" from 0.4.0, "v0" from 0.3.16, "early v0" from 0.3.6 ("v1"). */
  readonly api?: "v1" | "v0" | "early v0" | "none";
  readonly models?: readonly LmStudioModel[];
  /** What can be downloaded besides. */
  readonly library?: readonly LmStudioModel[];
  /** Chats load their model (true). */
  readonly jit?: boolean;
  /** At most one model loaded by a chat (true). */
  readonly autoEvict?: boolean;
  /** For the time-out of what a chat loaded, 60 minutes; without it nothing times out. */
  readonly clock?: Pick<Clock, "after">;
  /** How long a load takes (0); "manual": until `finishLoad`. */
  readonly loadMs?: number | "manual";
  /** The request's end ends the load (true); what the real one does is not known. */
  readonly abortEndsLoad?: boolean;
  readonly token?: string;
  /** Without a token: 401, or as some versions say it, an unknown endpoint (401). */
  readonly refusal?: 401 | "unexpected endpoint";
  /** The server that answers chats. */
  readonly chatUrl?: string;
};

type Instance = {
  readonly id: string;
  readonly key: string;
  readonly context: number;
  readonly jit: boolean;
};

export type LmStudioServer = RuntimeServer & {
  readonly instances: readonly Instance[];
  /** Loads one more instance, as a user of its window would. */
  addInstance(key: string, context: number): void;
  /** Loads that were begun, by key. */
  loadsOf(key: string): number;
  readonly loading: number;
  finishLoad(): void;
  /** The next loads of a model fail with this. */
  failLoads(key: string, text: string | undefined): void;
  /** Downloads go on to this share of their size; 1 ends them. */
  downloadTo(share: number, status?: "downloading" | "paused" | "failed"): void;
};

export const lmStudioModels: readonly LmStudioModel[] = [
  {
    key: "google/gemma-4-26b-a4b",
    title: "Gemma 4 26B A4B",
    type: "vlm",
    sizeBytes: 17_990_911_801,
    quantization: "Q4_K_M",
    maxContext: 262_144,
    tools: true,
  },
  {
    key: "phi-4-mini-instruct",
    title: "Phi 4 mini",
    type: "llm",
    sizeBytes: 2_491_874_272,
    quantization: "4bit",
    maxContext: 131_072,
    tools: false,
  },
  {
    key: "text-embedding-nomic-embed-text-v1.5",
    title: "Nomic Embed Text v1.5",
    type: "embedding",
    sizeBytes: 274_290_560,
    quantization: "F16",
    maxContext: 2048,
    tools: false,
  },
];

const defaultContext = 4096;
const idleMs = 60 * 60_000;

/** Starts it on a free port of 127.0.0.1. */
export async function startLmStudioServer(options: LmStudioOptions = {}): Promise<LmStudioServer> {
  const { api = "v1", jit = true, autoEvict = true, library = [], clock } = options;
  const { abortEndsLoad = true, token, refusal = 401, chatUrl } = options;
  const gate = createLoadGate(options.loadMs ?? 0);
  const failures = new Map<string, string>();
  const loads = new Map<string, number>();
  const timers = new Map<string, () => void>();
  const downloads = new Map<string, LmStudioModel>();
  let models = [...(options.models ?? lmStudioModels)];
  let instances: readonly Instance[] = [];
  let downloaded = { share: 0, status: "downloading" };

  const find = (key: unknown) => models.find((model) => model.key === key);

  async function load(wanted: Omit<Instance, "id">, gone: AbortSignal): Promise<Instance | string> {
    const { key } = wanted;
    loads.set(key, (loads.get(key) ?? 0) + 1);
    if (!(await gate.pass(abortEndsLoad ? gone : undefined))) return "the load was cancelled";
    const failure = failures.get(key);
    if (failure !== undefined) return failure;
    const instance = { id: freeId(key), ...wanted };
    instances = [...instances, instance];
    return instance;
  }

  /** A second instance of a key is "key:2". */
  function freeId(key: string): string {
    const ids = new Set(instances.map(({ id }) => id));
    if (!ids.has(key)) return key;
    let number = 2;
    while (ids.has(`${key}:${number}`)) number++;
    return `${key}:${number}`;
  }

  function drop(id: string): boolean {
    timers.get(id)?.();
    timers.delete(id);
    const before = instances.length;
    instances = instances.filter((instance) => instance.id !== id);
    return instances.length < before;
  }

  async function chat(call: RouteCall): Promise<void> {
    const name = chatModel(call);
    const loaded = instances.find(({ id, key }) => id === name || key === name);
    const instance = loaded ?? (await loadForChat(name, call.gone));
    if (typeof instance === "string") return sendJson(call.response, 404, { error: instance });
    restartTimer(instance);
    answerChat(call, instance.id, chatUrl);
  }

  async function loadForChat(key: string, gone: AbortSignal): Promise<Instance | string> {
    if (!jit || !find(key)) return `Model "${key}" not found. Please specify a valid model.`;
    if (autoEvict) for (const { id } of instances.filter((it) => it.jit)) drop(id);
    return load({ key, context: defaultContext, jit: true }, gone);
  }

  function restartTimer({ id, jit: byChat }: Instance): void {
    if (!byChat || !clock) return;
    timers.get(id)?.();
    timers.set(
      id,
      clock.after(idleMs, () => drop(id)),
    );
  }

  async function loadByRequest({ request, response, gone }: RouteCall): Promise<void> {
    const body = asObject(request.body);
    const model = find(body["model"]);
    if (!model) return fail(response, 404, `model ${String(body["model"])} not found`);
    const context = asNumber(body["context_length"]) ?? defaultContext;
    const instance = await load({ key: model.key, context, jit: false }, gone);
    if (typeof instance === "string") return fail(response, 500, instance);
    sendJson(response, 200, {
      type: model.type === "embedding" ? "embedding" : "llm",
      instance_id: instance.id,
      load_time_seconds: 0.1,
      status: "loaded",
    });
  }

  function unloadByRequest({ request, response }: RouteCall): void {
    const id = asText(asObject(request.body)["instance_id"]) ?? "";
    if (!drop(id)) return fail(response, 404, `model instance ${id} not found`);
    sendJson(response, 200, { instance_id: id });
  }

  function download({ request, response }: RouteCall): void {
    const key = asText(asObject(request.body)["model"]) ?? "";
    if (find(key)) return sendJson(response, 200, { status: "already_downloaded" });
    const model = library.find((known) => known.key === key);
    if (!model) return fail(response, 404, `could not find ${key}`);
    const job = `job_${key.length}${downloads.size}`;
    downloads.set(job, model);
    sendJson(response, 200, {
      job_id: job,
      status: "downloading",
      total_size_bytes: model.sizeBytes,
    });
  }

  function downloadStatus({ params, response }: RouteCall): void {
    const model = downloads.get(params["job"] ?? "");
    if (!model) return fail(response, 404, "no such job");
    const status = downloaded.share >= 1 ? "completed" : downloaded.status;
    if (status === "completed" && !find(model.key)) models = [...models, model];
    sendJson(response, 200, {
      job_id: params["job"],
      status,
      total_size_bytes: model.sizeBytes,
      downloaded_bytes: Math.round(model.sizeBytes * downloaded.share),
    });
  }

  const instancesOf = (key: string) => instances.filter((instance) => instance.key === key);
  const v0Body = () => ({
    object: "list",
    data: models.flatMap((model) => v0Entries(model, instancesOf(model.key), api)),
  });
  const openai = () => ({
    object: "list",
    data: (jit ? models : models.filter(({ key }) => instancesOf(key).length > 0)).map(
      ({ key }) => ({ id: key, object: "model", owned_by: "organization_owner" }),
    ),
  });
  const v1Routes = {
    "GET /api/v1/models": () => ({
      models: models.map((model) => v1Entry(model, instancesOf(model.key))),
    }),
    "POST /api/v1/models/load": loadByRequest,
    "POST /api/v1/models/unload": unloadByRequest,
    "POST /api/v1/models/download": download,
    "GET /api/v1/models/download/status/:job": downloadStatus,
  };

  const server = await startRuntimeServer({
    routes: {
      // It answers a greeting to everyone, so only the rest is refused.
      "GET /v1/models": openai,
      "POST /v1/chat/completions": chat,
      ...(api === "none" ? {} : { "GET /api/v0/models": v0Body }),
      ...(api === "v1" ? v1Routes : {}),
      "GET /lmstudio-greeting": () => ({ lmstudio: true }),
    },
    fallback: unexpected,
    refuse: (call) => {
      if (call.request.path === "/lmstudio-greeting") return { lmstudio: true };
      if (refusal !== 401) return unexpected(call);
      const error = { message: "Invalid or missing API token", type: "authentication_error" };
      return sendJson(call.response, 401, { error });
    },
    ...(token === undefined ? {} : { token }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });

  return {
    ...server,
    get instances() {
      return instances;
    },
    get loading() {
      return gate.waiting;
    },
    addInstance(key, context) {
      instances = [...instances, { id: freeId(key), key, context, jit: false }];
    },
    loadsOf: (key) => loads.get(key) ?? 0,
    finishLoad: () => gate.open(),
    failLoads(key, text) {
      if (text === undefined) failures.delete(key);
      else failures.set(key, text);
    },
    downloadTo(share, status = "downloading") {
      downloaded = { share, status };
    },
  };
}

function unexpected({ request }: RouteCall): unknown {
  return { error: `Unexpected endpoint or method. (${request.method} ${request.path})` };
}

function fail(response: RouteCall["response"], status: number, message: string): void {
  sendJson(response, status, { error: { message, type: "invalid_request" } });
}

function v1Entry(model: LmStudioModel, instances: readonly Instance[]): unknown {
  const isEmbedding = model.type === "embedding";
  const capabilities = { vision: model.type === "vlm", trained_for_tool_use: model.tools };
  return {
    type: isEmbedding ? "embedding" : "llm",
    publisher: "somebody",
    key: model.key,
    display_name: model.title,
    ...(isEmbedding ? {} : { architecture: "gemma4", capabilities }),
    quantization: { name: model.quantization, bits_per_weight: 4 },
    size_bytes: model.sizeBytes,
    params_string: isEmbedding ? null : "26B-A4B",
    loaded_instances: instances.map(({ id, context }) => ({
      id,
      config: { context_length: context, parallel: 4, flash_attention: true },
    })),
    max_context_length: model.maxContext,
    format: "gguf",
  };
}

function v0Entries(
  model: LmStudioModel,
  instances: readonly Instance[],
  api: LmStudioOptions["api"],
): readonly unknown[] {
  const abilities = api !== "early v0" && model.tools ? { capabilities: ["tool_use"] } : {};
  const entry = {
    object: "model",
    type: model.type === "embedding" ? "embeddings" : model.type,
    publisher: "somebody",
    arch: "gemma4",
    compatibility_type: "gguf",
    quantization: model.quantization,
    max_context_length: model.maxContext,
    ...abilities,
  };
  if (instances.length === 0) return [{ id: model.key, ...entry, state: "not-loaded" }];
  return instances.map(({ id, context }) => ({
    id,
    ...entry,
    state: "loaded",
    loaded_context_length: context,
  }));
}
