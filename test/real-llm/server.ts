/**
 * llama.cpp behind the part of OpenAI's API that agents use: GET /v1/models and POST
 * /v1/chat/completions, plain and as a stream, with tool calls. One request at a time a model, as a
 * small machine would have it.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { getLlama, type Llama, type Model, type Sequence } from "node-llama-cpp";
import { type ChatRequest, readChatRequest } from "./chat-request.ts";
import { sendCompletion, sendJson, streamCompletion } from "./chat-response.ts";
import { chatTemplate, type Script, tinyGguf } from "./tiny-gguf.ts";

export type Scripts = Readonly<Record<string, Script>>;

/** One chat request, as the server saw it. */
export type ServedRequest = {
  readonly model: string;
  readonly tools: number;
  readonly messages: number;
};

export type RealModelServer = {
  /** Base URL, ending in /v1. */
  readonly url: string;
  readonly models: readonly string[];
  /** Every chat request so far, oldest first. */
  readonly requests: readonly ServedRequest[];
  close(): Promise<void>;
};

type Loaded = {
  /** The pieces of the answer, as they are generated. */
  generate(request: ChatRequest): AsyncIterable<string>;
  dispose(): Promise<void>;
};

/** No answer of a script is longer. */
const mostTokens = 128;

/** Writes one model file a script into `directory`, loads them and listens on 127.0.0.1. */
export async function startRealModelServer(
  scripts: Scripts,
  directory: string,
  port = 0,
): Promise<RealModelServer> {
  const llama = await getLlama({ gpu: false, build: "never", maxThreads: 1, logLevel: "error" });
  const loaded = await loadModels(llama, scripts, directory);
  const requests: ServedRequest[] = [];
  const server = createServer((request, response) => {
    respond(request, response, loaded, requests).catch((error: unknown) =>
      sendJson(response, 500, { error: { message: String(error) } }),
    );
  });
  await new Promise<void>((listening) => server.listen(port, "127.0.0.1", listening));
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : port}/v1`,
    models: [...loaded.keys()],
    requests,
    close: async () => {
      await new Promise((closed) => {
        server.close(closed);
        server.closeAllConnections();
      });
      for (const model of loaded.values()) await model.dispose();
      await llama.dispose();
    },
  };
}

async function loadModels(
  llama: Llama,
  scripts: Scripts,
  directory: string,
): Promise<ReadonlyMap<string, Loaded>> {
  await mkdir(directory, { recursive: true });
  const loaded = new Map<string, Loaded>();
  for (const [name, script] of Object.entries(scripts)) {
    const path = join(directory, `${name}.gguf`);
    await writeFile(path, tinyGguf(name, script));
    loaded.set(name, await load(await llama.loadModel({ modelPath: path })));
  }
  return loaded;
}

async function load(model: Model): Promise<Loaded> {
  const template = new Template(chatTemplate);
  const context = await model.createContext({ contextSize: 4096, threads: 1, sequences: 1 });
  const sequence = context.getSequence();
  let before = Promise.resolve();
  return {
    async *generate(request) {
      // The sequence holds the state of one answer, so the answers stand in a queue.
      const turn = before;
      let done = (): void => {};
      before = new Promise((resolve) => (done = resolve));
      await turn;
      try {
        yield* evaluate(model, sequence, template.render(promptOf(request)));
      } finally {
        done();
      }
    },
    dispose: async () => {
      await context.dispose();
      await model.dispose();
    },
  };
}

function promptOf({ messages, tools }: ChatRequest): Readonly<Record<string, unknown>> {
  return { messages, tools: tools.length > 0 ? tools : undefined, add_generation_prompt: true };
}

async function* evaluate(model: Model, sequence: Sequence, prompt: string): AsyncIterable<string> {
  await sequence.clearHistory();
  let count = 0;
  for await (const token of sequence.evaluate(model.tokenize(prompt, true), { temperature: 0 })) {
    if (model.isEogToken(token) || ++count > mostTokens) return;
    yield model.detokenize([token]);
  }
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  loaded: ReadonlyMap<string, Loaded>,
  requests: ServedRequest[],
): Promise<void> {
  if (request.url === "/health") return sendJson(response, 200, { status: "ok" });
  if (request.url === "/v1/models") return sendJson(response, 200, listOf([...loaded.keys()]));
  if (request.method !== "POST" || request.url !== "/v1/chat/completions")
    return sendJson(response, 404, { error: { message: "not found" } });
  const chat = readChatRequest(await readBody(request));
  if (chat === undefined) return sendJson(response, 400, { error: { message: "bad request" } });
  const model = loaded.get(chat.model);
  if (model === undefined)
    return sendJson(response, 404, { error: { message: `model '${chat.model}' not found` } });
  requests.push({ model: chat.model, tools: chat.tools.length, messages: chat.messages.length });
  const pieces = model.generate(chat);
  return chat.stream
    ? streamCompletion(response, chat.model, pieces)
    : sendCompletion(response, chat.model, pieces);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString("utf8");
}

function listOf(names: readonly string[]): unknown {
  const data = names.map((id) => ({ id, object: "model", created: 0, owned_by: "test" }));
  return { object: "list", data };
}
