/** A stand-in for any server with OpenAI's API, in vLLM's manner. */
import { type RuntimeServer, startRuntimeServer } from "./runtime-server.ts";
import { answerChat, chatModel } from "./simple-chat.ts";

export type OpenaiServerOptions = {
  readonly port?: number;
  readonly models?: readonly Readonly<Record<string, unknown>>[];
  /** What `/version` tells; without it that path is unknown. */
  readonly version?: string;
  readonly token?: string;
  /** Answers the chats; without it they are answered simply. */
  readonly chatUrl?: string;
};

export const openaiModels = [
  {
    id: "Qwen/Qwen3-Coder-30B-A3B-Instruct",
    object: "model",
    owned_by: "vllm",
    max_model_len: 65536,
  },
  { id: "BAAI/bge-embed", object: "model", owned_by: "vllm" },
];

/** Starts one on a free port, or on the one given. */
export function startOpenaiServer(options: OpenaiServerOptions = {}): Promise<RuntimeServer> {
  const { version, models = openaiModels, chatUrl } = options;
  return startRuntimeServer({
    ...(options.port === undefined ? {} : { port: options.port }),
    ...(options.token === undefined ? {} : { token: options.token }),
    headers: { Server: "uvicorn" },
    routes: {
      ...(version === undefined ? {} : { "GET /version": () => ({ version }) }),
      "GET /v1/models": () => ({ object: "list", data: models }),
      "POST /v1/chat/completions": (call) => answerChat(call, chatModel(call), chatUrl),
    },
  });
}
