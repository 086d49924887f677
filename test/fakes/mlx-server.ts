/**
 * A stand-in for `mlx_lm.server`: one model at a time, loaded by whatever chat names it, an unknown
 * name fetched from the Hub, any failure a 404 with Python's words, and a health check that is well
 * even when what generates is dead.
 */
import { asObject, asText } from "../../src/core/json.ts";
import { createLoadGate } from "./load-gate.ts";
import {
  type RouteCall,
  type RuntimeServer,
  sendJson,
  sendText,
  startRuntimeServer,
} from "./runtime-server.ts";
import { answerChat } from "./simple-chat.ts";

export type MlxServerOptions = {
  readonly port?: number;
  /** Names of the cache of the Hub, and the path of `--model`. */
  readonly models?: readonly string[];
  /** What it was started with: the model of a request that names none. */
  readonly model?: string;
  /** How long a load takes; "manual" until `finishLoad`. */
  readonly loadMs?: number | "manual";
  /** Answers the chats; without it they are answered simply. */
  readonly chatUrl?: string;
  readonly token?: string;
};

export type MlxServer = RuntimeServer & {
  /** The model in memory now. */
  loaded(): string | undefined;
  /** Every load so far, in order. */
  readonly loads: readonly string[];
  /** Names that were fetched from the Hub, which no test should cause. */
  readonly downloads: readonly string[];
  finishLoad(): void;
  /** The thread that generates is dead: chats are never answered, all else is. */
  die(): void;
  /** Chats fail with these words from now on. */
  fail(words: string | undefined): void;
};

export const mlxModels: readonly string[] = [
  "mlx-community/Qwen3-Coder-30B-A3B-Instruct-4bit",
  "mlx-community/Llama-3.2-3B-Instruct-8bit",
];

/** Starts one on a free port, or on the one given. */
export async function startMlxServer(options: MlxServerOptions = {}): Promise<MlxServer> {
  const models = options.models ?? mlxModels;
  const gate = createLoadGate(options.loadMs ?? 0);
  const loads: string[] = [];
  const downloads: string[] = [];
  let loaded: string | undefined;
  let isDead = false;
  let words: string | undefined;

  async function chat(call: RouteCall): Promise<void> {
    const { response, request, gone } = call;
    // It generates in a thread of its own; when that is gone, nobody takes the request.
    if (isDead) return;
    const name = asText(asObject(request.body)["model"]) ?? options.model ?? models[0] ?? "";
    if (words !== undefined) return sendJson(response, 404, { error: words });
    if (loaded !== name) {
      const isThere = models.includes(name) || name.startsWith("/");
      if (!isThere) downloads.push(name);
      loaded = undefined;
      loads.push(name);
      // The load goes on when the client goes: nothing tells the thread.
      await gate.pass();
      loaded = name;
    }
    if (!gone.aborted) answerChat(call, name, options.chatUrl);
  }

  const server = await startRuntimeServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.token === undefined ? {} : { token: options.token }),
    headers: { Server: "BaseHTTP/0.6 Python/3.12.4" },
    routes: {
      "GET /health": ({ response }) => sendText(response, 200, '{"status": "ok"}'),
      "GET /v1/models": () => ({
        object: "list",
        data: models.map((id) => ({ id, object: "model", created: 1_755_850_000 })),
      }),
      "POST /v1/chat/completions": chat,
      "POST /chat/completions": chat,
    },
    // Its content type says JSON, its body is none.
    fallback: ({ response }) => {
      response.writeHead(404, { "content-type": "application/json" });
      response.end("Not Found");
    },
  });

  return {
    ...server,
    loads,
    downloads,
    loaded: () => loaded,
    finishLoad: () => gate.open(),
    die: () => {
      isDead = true;
    },
    fail: (text) => {
      words = text;
    },
  };
}
