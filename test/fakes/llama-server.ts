/**
 * A llama-server that runs no model: what it answers, with its state, as measured on b11669. As a
 * router it starts a model for whatever names it, in a query too, unless `autoload=false`; it stops
 * the one that was not used for longest by count, even for a load that then fails. With one model it
 * answers everything with 503 until that is loaded. `/slots` wakes what sleeps.
 */
import { asObject, asText } from "../../src/core/json.ts";
import { createLoadGate } from "./load-gate.ts";
import {
  type Route,
  type RouteCall,
  type RuntimeServer,
  sendJson,
  startEvents,
  startRuntimeServer,
} from "./runtime-server.ts";
import { answerChat, chatModel } from "./simple-chat.ts";

export type LlamaModel = {
  readonly name: string;
  readonly file: string;
  readonly trainedContext: number;
  /** Of one conversation. */
  readonly context: number;
  readonly sizeBytes: number;
  /** Its process ends with this while it loads. */
  readonly exitCode?: number;
};

type Shared = {
  readonly port?: number;
  readonly models?: readonly LlamaModel[];
  /** How long a load takes in ms (0); "manual": until `finishLoad`. */
  readonly loadMs?: number | "manual";
  readonly token?: string;
  /** The server that answers chats. */
  readonly chatUrl?: string;
};

export type LlamaRouterOptions = Shared & {
  /** --models-max (4). */
  readonly maxModels?: number;
};

export type LlamaSingleOptions = Shared & {
  /** Its one model loads until `finishLoad`. */
  readonly loading?: boolean;
  readonly tools?: boolean;
};

export type LlamaServer = RuntimeServer & {
  /** What each model is, in the server's own words. */
  stateOf(name: string): string;
  /** Loads that were begun, by name. */
  loadsOf(name: string): number;
  /** Paths that woke or loaded a model although they only look. */
  readonly wokenBy: readonly string[];
  /** Tells how far a load is. */
  progress(name: string, share: number): void;
  finishLoad(): void;
  /** Lets a loaded model fall asleep. */
  sleep(name: string): void;
  /** Stops a model, as its user would. */
  stop(name: string): void;
};

const gib = 1024 ** 3;

export const llamaModels: readonly LlamaModel[] = [
  model("qwen3-coder-30b", 262_144, 65_536, 18 * gib),
  model("gpt-oss-20b", 131_072, 32_768, 12 * gib),
  { ...model("broken", 4096, 4096, gib), exitCode: 1 },
];

function model(
  name: string,
  trainedContext: number,
  context: number,
  sizeBytes: number,
): LlamaModel {
  return { name, file: `/models/${name}.gguf`, trainedContext, context, sizeBytes };
}

type Slot = {
  readonly model: LlamaModel;
  state: "unloaded" | "loading" | "loaded" | "sleeping";
  failed?: number;
  usedAt: number;
  cancel: AbortController;
};

/** Starts one with many models on a free port of 127.0.0.1. */
export async function startLlamaRouter(options: LlamaRouterOptions = {}): Promise<LlamaServer> {
  const { maxModels = 4, models = llamaModels, chatUrl } = options;
  const gate = createLoadGate(options.loadMs ?? 0);
  const streams = new Set<(event: unknown) => void>();
  const loads = new Map<string, number>();
  const wokenBy: string[] = [];
  let uses = 0;
  const slots = new Map<string, Slot>(
    models.map((known) => [
      known.name,
      { model: known, state: "unloaded", usedAt: 0, cancel: new AbortController() },
    ]),
  );

  function emit({ model: { name } }: Slot, event: string, data: object): void {
    for (const send of streams) send({ model: name, event, data });
  }

  function tellProgress(slot: Slot, value: number): void {
    const progress = { stages: ["text_model"], current: "text_model", value };
    emit(slot, "status_change", { status: "loading", progress });
  }

  function makeRoom(): void {
    const running = [...slots.values()].filter(({ state }) => state !== "unloaded");
    if (running.length < maxModels) return;
    const [oldest] = running.sort((a, b) => a.usedAt - b.usedAt);
    if (oldest) end(oldest, 0);
  }

  function end(slot: Slot, exitCode: number): void {
    slot.state = "unloaded";
    emit(slot, "status_change", { status: "unloaded", exit_code: exitCode });
  }

  function begin(slot: Slot): Promise<void> {
    makeRoom();
    const { name, exitCode } = slot.model;
    loads.set(name, (loads.get(name) ?? 0) + 1);
    slot.state = "loading";
    slot.usedAt = ++uses;
    delete slot.failed;
    slot.cancel = new AbortController();
    emit(slot, "model_status", { status: "loading" });
    tellProgress(slot, 0);
    return gate.pass(slot.cancel.signal).then((done) => {
      if (!done || exitCode !== undefined) {
        slot.failed = exitCode ?? 1;
        return end(slot, slot.failed);
      }
      slot.state = "loaded";
      emit(slot, "status_change", { status: "loaded", info: entry(slot) });
    });
  }

  function stop(slot: Slot): void {
    if (slot.state === "loading") slot.cancel.abort();
    else end(slot, 0);
  }

  function load({ request, response }: RouteCall): void {
    const slot = slots.get(asText(asObject(request.body)["model"]) ?? "");
    if (!slot) return sendJson(response, 404, notFound);
    if (slot.state !== "unloaded") return refuse(response, "model is already running");
    void begin(slot);
    sendJson(response, 200, { success: true });
  }

  function unload({ request, response }: RouteCall): void {
    const slot = slots.get(asText(asObject(request.body)["model"]) ?? "");
    if (!slot) return refuse(response, "model is not found");
    if (slot.state === "unloaded") return refuse(response, "model is not running");
    stop(slot);
    sendJson(response, 200, { success: true });
  }

  /** A path that asks a model's process something: the trap of those who only want to look. */
  function ofModel(answer: (slot: Slot) => unknown, wakes: boolean): Route {
    return async ({ query, request, response }) => {
      const name = query.get("model");
      if (name === null) return refuse(response, "model name is missing from the request");
      const slot = slots.get(name);
      if (!slot) return refuse(response, `model '${name}' not found`);
      if (slot.state === "unloaded") {
        if (query.get("autoload") === "false") return refuse(response, "model is not loaded");
        wokenBy.push(request.path);
        await begin(slot);
      }
      if (wakes && slot.state === "sleeping") {
        wokenBy.push(request.path);
        slot.state = "loaded";
        emit(slot, "status_change", { status: "loaded" });
      }
      return answer(slot);
    };
  }

  async function chat(call: RouteCall): Promise<void> {
    const name = chatModel(call);
    const slot = slots.get(name);
    if (!slot) return refuse(call.response, `model '${name}' not found`);
    if (slot.state === "unloaded") await begin(slot);
    if (slot.state === "unloaded") {
      const message = `model name=${name} failed to load`;
      return sendJson(call.response, 500, { error: { code: 500, message, type: "server_error" } });
    }
    slot.state = "loaded";
    slot.usedAt = ++uses;
    answerChat(call, name, chatUrl);
  }

  function events({ response }: RouteCall): void {
    const stream = startEvents(response);
    streams.add(stream.send);
    response.once("close", () => streams.delete(stream.send));
  }

  const propsOfModel = ofModel(
    ({ model: known }) => singleProps(known, { isSleeping: false }),
    false,
  );
  const server = await startRuntimeServer({
    ...shared(options),
    routes: {
      "GET /health": () => ({ status: "ok" }),
      "GET /models": () => ({ data: [...slots.values()].map(entry), object: "list" }),
      "GET /v1/models": () => ({ data: [...slots.values()].map(entry), object: "list" }),
      "GET /props": (call) => (call.query.has("model") ? propsOfModel(call) : routerProps),
      "GET /slots": ofModel(({ model: known }) => [{ id: 0, n_ctx: known.context }], true),
      "GET /metrics": ofModel(() => ({}), false),
      "GET /models/sse": events,
      "POST /models/load": load,
      "POST /models/unload": unload,
      "POST /v1/chat/completions": chat,
    },
  });

  const slotOf = (name: string): Slot => {
    const slot = slots.get(name);
    if (!slot) throw new Error(`there is no model ${name}`);
    return slot;
  };
  return {
    ...server,
    wokenBy,
    stateOf: (name) => slotOf(name).state,
    loadsOf: (name) => loads.get(name) ?? 0,
    progress: (name, share) => tellProgress(slotOf(name), share),
    finishLoad: () => gate.open(),
    stop: (name) => stop(slotOf(name)),
    sleep(name) {
      slotOf(name).state = "sleeping";
      emit(slotOf(name), "status_change", { status: "sleeping" });
    },
  };
}

/** Starts one with its one model on a free port of 127.0.0.1. */
export async function startLlamaSingle(options: LlamaSingleOptions = {}): Promise<LlamaServer> {
  const [known = model("qwen3-coder-30b", 262_144, 65_536, 18 * gib)] =
    options.models ?? llamaModels;
  const wokenBy: string[] = [];
  let state: Slot["state"] = options.loading ? "loading" : "loaded";

  /** Everything but its own failure waits for the model. */
  const ready = (route: Route): Route => {
    return (call) =>
      state === "loading" ? sendJson(call.response, 503, loadingError) : route(call);
  };
  const list = ready(() => singleModels(known));
  const server = await startRuntimeServer({
    ...shared(options),
    routes: {
      "GET /health": ready(() => ({ status: "ok" })),
      "GET /models": list,
      "GET /v1/models": list,
      "GET /props": ready(() =>
        singleProps(known, { isSleeping: state === "sleeping", tools: options.tools }),
      ),
      "GET /slots": ready(({ request }) => {
        if (state === "sleeping") wokenBy.push(request.path);
        state = "loaded";
        return [{ id: 0, n_ctx: known.context, is_processing: false }];
      }),
      "POST /v1/chat/completions": ready((call) => {
        state = "loaded";
        answerChat(call, known.name, options.chatUrl);
      }),
    },
  });
  return {
    ...server,
    wokenBy,
    stateOf: () => state,
    loadsOf: () => 1,
    progress: () => {},
    finishLoad: () => {
      state = "loaded";
    },
    sleep: () => {
      state = "sleeping";
    },
    stop: () => {
      throw new Error("its model stays for as long as it runs");
    },
  };
}

const notFound = { error: { message: "File Not Found", type: "not_found_error", code: 404 } };
const loadingError = { error: { message: "Loading model", type: "unavailable_error", code: 503 } };
const build = { build_info: "b11669-Debian", cors_proxy_enabled: false };
const routerProps = {
  role: "router",
  max_instances: 4,
  models_autoload: true,
  default_generation_settings: { params: null, n_ctx: 0 },
  ...build,
};

function shared({ port, token }: Shared) {
  const fallback: Route = ({ response }) => sendJson(response, 404, notFound);
  const refuseToken: Route = ({ request, response }) => {
    if (request.path === "/health") return { status: "ok" };
    const error = { message: "Invalid API Key", type: "authentication_error", code: 401 };
    return sendJson(response, 401, { error });
  };
  return {
    fallback,
    refuse: refuseToken,
    ...(port === undefined ? {} : { port }),
    ...(token === undefined ? {} : { token }),
  };
}

function refuse(response: RouteCall["response"], message: string): void {
  sendJson(response, 400, { error: { code: 400, message, type: "invalid_request_error" } });
}

/** An idle model's own numbers are known only to a process that has loaded it. */
function entry({ model: known, state, failed }: Slot): object {
  const args = ["llama-server", "--alias", known.name, "--ctx-size", String(known.context)];
  const failure = failed === undefined ? {} : { exit_code: failed, failed: true };
  return {
    id: known.name,
    aliases: [],
    object: "model",
    owned_by: "llamacpp",
    status: { value: state, args: [...args, "--model", known.file], ...failure },
    architecture: { input_modalities: ["text"], output_modalities: ["text"] },
    context_length: known.trainedContext,
    ...(state === "loaded" || state === "sleeping" ? { meta: metaOf(known) } : {}),
  };
}

function metaOf({ context, trainedContext, sizeBytes }: LlamaModel): object {
  const sizes = { n_params: 30_532_122_624, size: sizeBytes, ftype: "Q4_K - Medium" };
  return { n_ctx: context, n_ctx_train: trainedContext, ...sizes };
}

function singleModels(known: LlamaModel): object {
  const architecture = { input_modalities: ["text"], output_modalities: ["text"] };
  const data = [{ id: known.name, object: "model", architecture, meta: metaOf(known) }];
  return { models: [{ name: known.name, capabilities: ["completion"] }], object: "list", data };
}

type PropsOptions = { readonly isSleeping: boolean; readonly tools?: boolean | undefined };

function singleProps(known: LlamaModel, { isSleeping, tools = true }: PropsOptions): object {
  return {
    default_generation_settings: { params: {}, n_ctx: known.context },
    total_slots: 1,
    model_alias: known.name,
    model_path: known.file,
    modalities: { vision: false, audio: false },
    chat_template_caps: { supports_tools: tools, supports_tool_calls: tools },
    is_sleeping: isSleeping,
    ...build,
  };
}
