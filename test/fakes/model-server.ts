/**
 * A local OpenAI-compatible server with scripted answers, for real OpenCode processes. The last
 * user message is the script:
 *
 *   any text               is answered with "<model> heard: <text>"
 *   USETOOL:name:{json}    calls that tool; several of them are called one after the other, each
 *                          once the result of the one before is known
 *   HOLD                   sends the first words, then keeps the stream open until `release()`
 *   FAIL400, FAIL500       fail with that HTTP status
 *   BREAK:text             sends the first words, then that error, as runtimes do in a stream
 *   CUT                    sends the first words and breaks the connection off
 *   SAY:text               at the end of a script: answers with that text instead
 *
 * A conversation for people to read has its scripts apart: `scripts` holds them by prompt.
 */
import { createServer, type ServerResponse } from "node:http";

/** One chat request, as the server saw it. */
export type ModelRequest = {
  readonly model: string;
  /** The last user message without OpenCode's reminders. */
  readonly prompt: string;
  readonly system: string;
  /** Names of the tools that were offered; none in a request for a title or a summary. */
  readonly tools: readonly string[];
  /** Results of the tools called since the last user message. */
  readonly toolResults: readonly string[];
  readonly body: Readonly<Record<string, unknown>>;
};

export type ModelServer = {
  /** Base URL for OpenCode's `options.baseURL`, ending in /v1. */
  readonly url: string;
  readonly models: readonly string[];
  /** Every chat request so far, oldest first. */
  readonly requests: readonly ModelRequest[];
  /** How many streams are held open now. */
  heldCount(): number;
  /** Lets all held streams finish. */
  release(): void;
  /** Ends all connections and frees the port. */
  close(): Promise<void>;
};

/** Starts the server on a free port of 127.0.0.1. */
export async function startModelServer(
  models: readonly string[] = ["fake-plan", "fake-build", "fake-review"],
  scripts: Readonly<Record<string, string>> = {},
): Promise<ModelServer> {
  const requests: ModelRequest[] = [];
  const held = new Set<() => void>();

  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      if (request.url?.endsWith("/models")) return sendJson(response, 200, listOf(models));
      if (!request.url?.endsWith("/chat/completions"))
        return sendJson(response, 404, { error: { message: "not found" } });
      const read = readRequest(Buffer.concat(chunks).toString("utf8"));
      requests.push(read);
      answer({ ...read, prompt: scripts[read.prompt] ?? read.prompt }, response, held);
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    models,
    requests,
    heldCount: () => held.size,
    release: () => held.forEach((finish) => finish()),
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function listOf(models: readonly string[]): unknown {
  return { object: "list", data: models.map((id) => ({ id, object: "model", owned_by: "test" })) };
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

function readRequest(text: string): ModelRequest {
  const body = record(JSON.parse(text));
  const messages = list(body["messages"]).map(record);
  const lastUser = messages.findLastIndex(({ role }) => role === "user");
  const textsOf = (wanted: string, from: readonly Readonly<Record<string, unknown>>[]) =>
    from.filter(({ role }) => role === wanted).map(({ content }) => textOf(content));
  return {
    model: String(body["model"]),
    prompt: plainPrompt(textOf(messages[lastUser]?.["content"])),
    system: textsOf("system", messages).join("\n"),
    tools: list(body["tools"]).map((tool) => String(record(record(tool)["function"])["name"])),
    toolResults: textsOf("tool", messages.slice(lastUser + 1)),
    body,
  };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  const texts = list(content).map((part) => record(part)["text"]);
  return texts.filter((text) => typeof text === "string").join("\n");
}

function plainPrompt(text: string): string {
  return text.replace(/<system-reminder>[\s\S]*?(<\/system-reminder>|$)/g, "").trim();
}

function answer(request: ModelRequest, response: ServerResponse, held: Set<() => void>): void {
  const { prompt, tools, toolResults } = request;
  // Requests without tools are for titles and summaries: scripts are not for them.
  if (tools.length === 0) return sendText(request, response, "A short title");
  const failure = /\bFAIL(400|500)\b/.exec(prompt)?.[1];
  if (failure)
    return sendJson(response, Number(failure), { error: { message: `failed with ${failure}` } });

  if (/\bBREAK:|\bCUT\b/.test(prompt)) return breakText(request, response, prompt);

  const call = toolCalls(prompt)[toolResults.length];
  if (call) return sendToolCall(request, response, { ...call, index: toolResults.length });
  const said = /\bSAY:([\s\S]*)$/.exec(prompt)?.[1];
  const text =
    said ?? `${request.model} heard: ${prompt}${toolResults.length ? " (tools done)" : ""}`;
  if (/\bHOLD\b/.test(prompt)) return holdText(request, response, { text, held });
  return sendText(request, response, text);
}

type ToolCall = { readonly name: string; readonly arguments: string };

/** Reads `USETOOL:name:{json}` wherever it stands, but not within another one's JSON. */
function toolCalls(prompt: string): readonly ToolCall[] {
  const match = /USETOOL:(\w+):(?=\{)/.exec(prompt);
  if (!match) return [];
  const rest = prompt.slice(match.index + match[0].length);
  const length = lengthOfObject(rest);
  return [
    { name: match[1] ?? "", arguments: rest.slice(0, length) },
    ...toolCalls(rest.slice(length)),
  ];
}

function lengthOfObject(text: string): number {
  let depth = 0;
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/g)) {
    if (token[0] === "{") depth++;
    if (token[0] === "}" && --depth === 0) return token.index + 1;
  }
  return text.length;
}

function sendText(request: ModelRequest, response: ServerResponse, text: string): void {
  startStream(response);
  sendChunk(request, response, { delta: { role: "assistant", content: text } });
  endStream(request, response, "stop");
}

type Held = { readonly text: string; readonly held: Set<() => void> };

function holdText(request: ModelRequest, response: ServerResponse, { text, held }: Held): void {
  startStream(response);
  sendChunk(request, response, { delta: { role: "assistant", content: "working on it " } });
  const finish = () => {
    held.delete(finish);
    sendChunk(request, response, { delta: { content: text } });
    endStream(request, response, "stop");
  };
  held.add(finish);
  response.on("close", () => held.delete(finish));
}

function breakText(request: ModelRequest, response: ServerResponse, prompt: string): void {
  const message = /\bBREAK:([\s\S]*)$/.exec(prompt)?.[1];
  const error = { message, type: "api_error", param: null, code: null };
  const last = message === undefined ? "" : `data: ${JSON.stringify({ error })}\n\n`;
  startStream(response);
  sendChunk(request, response, { delta: { role: "assistant", content: "the first words" } });
  response.write(last, () => (message === undefined ? response.destroy() : response.end()));
}

function sendToolCall(
  request: ModelRequest,
  response: ServerResponse,
  { name, arguments: text, index }: ToolCall & { readonly index: number },
): void {
  startStream(response);
  const call = { index: 0, id: `call_${index}`, type: "function" };
  sendChunk(request, response, {
    delta: {
      role: "assistant",
      content: "",
      tool_calls: [{ ...call, function: { name, arguments: text } }],
    },
  });
  endStream(request, response, "tool_calls");
}

type Chunk = { readonly delta: unknown; readonly finish?: string };

function startStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
}

function sendChunk(request: ModelRequest, response: ServerResponse, chunk: Chunk): void {
  const choice = { index: 0, delta: chunk.delta, finish_reason: chunk.finish ?? null };
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  const data = {
    id: "chunk",
    object: "chat.completion.chunk",
    created: 1,
    model: request.model,
    choices: [choice],
    ...(chunk.finish ? { usage } : {}),
  };
  response.write(`data: ${JSON.stringify(data)}\n\n`);
}

function endStream(request: ModelRequest, response: ServerResponse, finish: string): void {
  sendChunk(request, response, { delta: {}, finish });
  response.end("data: [DONE]\n\n");
}
