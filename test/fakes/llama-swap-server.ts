/**
 * A llama-swap that starts no process: its API with its state, from its source (v250). Whatever is
 * asked below `/upstream/MODEL` or names a model in a chat starts that model and stops the one that
 * ran, unless its configuration lets them run side by side. The end of a request ends no start.
 */
import type { Clock } from "../../src/platform/ports.ts";
import { createLoadGate } from "./load-gate.ts";
import {
  type RouteCall,
  type RuntimeServer,
  sendJson,
  sendText,
  startEvents,
  startRuntimeServer,
} from "./runtime-server.ts";
import { answerChat, chatModel } from "./simple-chat.ts";

export type SwapModel = {
  readonly name: string;
  readonly title?: string;
  readonly cmd: string;
  /** Seconds after the last use; 0 is never. */
  readonly ttl: number;
  readonly context?: number;
  readonly tools?: boolean;
  /** Another server has it. */
  readonly peer?: string;
  /** Its process ends while it starts. */
  readonly breaks?: boolean;
};

export type LlamaSwapOptions = {
  readonly port?: number;
  readonly models?: readonly SwapModel[];
  /** Only one runs at a time (true). */
  readonly swap?: boolean;
  /** How long a start takes in ms (0); "manual": until `finishLoad`. */
  readonly loadMs?: number | "manual";
  /** How long a stop takes in ms (0); "manual": until `finishStop`. */
  readonly stopMs?: number | "manual";
  readonly clock?: Pick<Clock, "after">;
  /** False: as old as having neither /api/version nor /api/models/unload. */
  readonly hasApi?: boolean;
  readonly token?: string;
  /** The server that answers chats. */
  readonly chatUrl?: string;
};

export type LlamaSwapServer = RuntimeServer & {
  /** "starting", "ready", "stopping"; undefined: not running. */
  stateOf(name: string): string | undefined;
  loadsOf(name: string): number;
  finishLoad(): void;
  finishStop(): void;
};

export const swapModels: readonly SwapModel[] = [
  {
    name: "qwen",
    title: "Qwen3 Coder 30B",
    cmd: "/opt/llama-server --port 5801 -c 65536 -m /models/qwen3-coder-30b.gguf",
    ttl: 300,
    context: 65_536,
    tools: true,
  },
  { name: "author/gpt", cmd: "docker run vllm/vllm-openai --model gpt", ttl: 0 },
  { name: "broken", cmd: "llama-server -m /models/broken.gguf", ttl: 0, breaks: true },
  { name: "far", cmd: "", ttl: 0, peer: "other-machine" },
];

type Process = {
  readonly model: SwapModel;
  state: "starting" | "ready" | "stopping";
  /** True when it came to be ready. */
  readonly started: Promise<boolean>;
  readonly cancel: AbortController;
};

/** Starts it on a free port of 127.0.0.1. */
export async function startLlamaSwapServer(
  options: LlamaSwapOptions = {},
): Promise<LlamaSwapServer> {
  const { models = swapModels, swap = true, hasApi = true, clock, token, chatUrl } = options;
  const loadGate = createLoadGate(options.loadMs ?? 0);
  const stopGate = createLoadGate(options.stopMs ?? 0);
  const processes = new Map<string, Process>();
  const loads = new Map<string, number>();
  const timers = new Map<string, () => void>();
  const streams = new Set<(data: unknown) => void>();
  let requests = 0;

  function emit(): void {
    for (const send of streams) send(status());
  }

  function status(): object {
    const list = models.map(({ name }) => ({
      id: name,
      state: processes.get(name)?.state ?? "stopped",
    }));
    return { type: "modelStatus", data: JSON.stringify(list) };
  }

  async function stop(name: string): Promise<void> {
    const process = processes.get(name);
    if (!process) return;
    timers.get(name)?.();
    process.state = "stopping";
    process.cancel.abort();
    emit();
    await stopGate.pass();
    processes.delete(name);
    emit();
  }

  async function start(model: SwapModel): Promise<boolean> {
    const running = processes.get(model.name);
    if (running && running.state !== "stopping") return running.started;
    if (swap) await Promise.all([...processes.keys()].map(stop));
    loads.set(model.name, (loads.get(model.name) ?? 0) + 1);
    const cancel = new AbortController();
    const started = loadGate.pass(cancel.signal).then((done) => {
      const process = processes.get(model.name);
      if (!done || !process) return false;
      if (model.breaks) processes.delete(model.name);
      else process.state = "ready";
      emit();
      return !model.breaks;
    });
    processes.set(model.name, { model, state: "starting", started, cancel });
    emit();
    return started;
  }

  function used({ name, ttl }: SwapModel): void {
    timers.get(name)?.();
    if (clock && ttl > 0)
      timers.set(
        name,
        clock.after(ttl * 1000, () => void stop(name)),
      );
  }

  async function upstream(call: RouteCall): Promise<void> {
    const path = call.params["rest"] ?? "";
    const model = models.find(({ name }) => path.startsWith(`${name}/`));
    if (!model) return sendText(call.response, 404, "model not found");
    if (!(await start(model))) return fails(call, model);
    used(model);
    // What serves the model may know no health check.
    if (model.cmd.includes("llama-server")) sendJson(call.response, 200, { status: "ok" });
    else sendText(call.response, 404, "Not Found");
  }

  async function chat(call: RouteCall): Promise<void> {
    const model = models.find(({ name }) => name === chatModel(call));
    if (!model) return sendText(call.response, 404, "model not found");
    if (!(await start(model))) return fails(call, model);
    used(model);
    track(call, model.name);
    answerChat(call, model.name, chatUrl);
  }

  /** Tells of a request while it runs. */
  function track({ response }: RouteCall, model: string): void {
    const id = String(++requests);
    const tell = (change: object) => {
      for (const send of streams) send({ type: "inflight", data: JSON.stringify(change) });
    };
    tell({ operation: "upsert", request: { id, model, stage: "serving", resp_bytes: 0 } });
    response.once("close", () => tell({ operation: "remove", id }));
  }

  function fails({ response }: RouteCall, { name }: SwapModel): void {
    sendText(response, 502, `unable to start process ${name}: upstream command exited prematurely`);
  }

  async function unload({ params, response }: RouteCall): Promise<void> {
    const name = params["rest"] ?? "";
    const known = models.some((model) => model.name === name && !model.peer);
    if (!known) return sendText(response, 404, "model not found");
    await stop(name);
    sendText(response, 200, "OK");
  }

  function events({ response }: RouteCall): void {
    const { send } = startEvents(response);
    streams.add(send);
    response.once("close", () => streams.delete(send));
    send({ type: "logData", data: JSON.stringify({ source: "proxy", data: "hello\n" }) });
    send(status());
    const none = { operation: "snapshot", requests: [] };
    send({ type: "inflight", data: JSON.stringify(none) });
  }

  const api = {
    "GET /api/version": () => ({ version: "250", commit: "abcdef", build_date: "2026-08-20" }),
    "POST /api/models/unload/*": unload,
    "GET /api/events": events,
  };
  const server = await startRuntimeServer({
    routes: {
      "GET /running": () => ({ running: [...processes.values()].map(runningEntry) }),
      "GET /v1/models": () => ({
        object: "list",
        data: models.map((model) => configuredEntry(model, processes.has(model.name))),
      }),
      "GET /upstream/*": upstream,
      "POST /v1/chat/completions": chat,
      ...(hasApi ? api : {}),
    },
    refuse: ({ response }) => sendText(response, 401, "unauthorized: invalid or missing API key"),
    ...(token === undefined ? {} : { token }),
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  return {
    ...server,
    stateOf: (name) => processes.get(name)?.state,
    loadsOf: (name) => loads.get(name) ?? 0,
    finishLoad: () => loadGate.open(),
    finishStop: () => stopGate.open(),
  };
}

function runningEntry({ model, state }: Process): object {
  const { name, cmd, ttl } = model;
  return {
    model: name,
    state,
    cmd,
    proxy: "http://127.0.0.1:5801",
    ttl,
    name: "",
    description: "",
  };
}

function configuredEntry(model: SwapModel, isRunning: boolean): object {
  const { name, title, context, tools, peer } = model;
  return {
    id: name,
    object: "model",
    owned_by: "llama-swap",
    status: { value: isRunning ? "loaded" : "unloaded" },
    ...(title === undefined ? {} : { name: title }),
    ...(context === undefined ? {} : { context_length: context }),
    ...(tools ? { supported_parameters: ["tools"] } : {}),
    ...(peer === undefined ? {} : { meta: { llamaswap: { peerID: peer } } }),
  };
}
