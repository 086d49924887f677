/** Ollama's `/v1/chat/completions`: it loads the model, then answers or passes the request on. */
import { request as requestHttp, type ServerResponse } from "node:http";
import type { OllamaModel } from "./ollama-models.ts";
import { type Lease, OllamaFailure, type OllamaScheduler } from "./ollama-scheduler.ts";
import { type RouteCall, sendJson, startEvents } from "./runtime-server.ts";

export type ChatsOptions = {
  readonly store: { readonly find: (name: string) => OllamaModel | undefined };
  readonly scheduler: OllamaScheduler;
  readonly options: {
    readonly chatUrl?: string;
    readonly chatModel?: (name: string) => string;
  };
};

type Body = Readonly<Record<string, unknown>>;

export function createOllamaChats({ store, scheduler, options }: ChatsOptions) {
  const held = new Set<() => void>();
  let failure: OllamaFailure | undefined;

  async function answer(call: RouteCall): Promise<void> {
    const { response, gone } = call;
    try {
      const body = fields(call.request.body);
      const model = askedModel(body);
      const lease = await scheduler.acquire({ model, gone });
      // The timer starts when the request has ended, however it does.
      response.once("close", () => lease.release());
      if (response.destroyed) lease.release();
      if (failure) throw failure;
      if (options.chatUrl !== undefined) return passOn(options.chatUrl, call, body);
      await say(body, lease, response);
    } catch (error) {
      refuse(error, response);
    }
  }

  function askedModel(body: Body): OllamaModel {
    const name = textOf(body["model"]);
    const model = store.find(name);
    if (!model) throw new OllamaFailure(404, `model '${name}' not found`);
    if (!model.capabilities.includes("completion")) {
      throw new OllamaFailure(400, `"${name}" does not support chat`);
    }
    if (list(body["tools"]).length > 0 && !model.capabilities.includes("tools")) {
      throw new OllamaFailure(400, `${fullName(model.name)} does not support tools`);
    }
    return model;
  }

  function refuse(error: unknown, response: ServerResponse): void {
    const { status, message } =
      error instanceof OllamaFailure ? error : new OllamaFailure(500, String(error));
    if (/out of memory/.test(message)) scheduler.expireAll();
    if (response.destroyed || response.headersSent) return;
    const type = { 400: "invalid_request_error", 404: "not_found_error" }[status] ?? "api_error";
    sendJson(response, status, { error: { message, type, param: null, code: null } });
  }

  async function say(body: Body, lease: Lease, response: ServerResponse): Promise<void> {
    const prompt = promptOf(body);
    const text = `${lease.model.name} heard: ${prompt}`;
    if (/\bHOLD\b/.test(prompt)) await untilReleased(response);
    if (body["stream"] === true) return stream(lease.model.name, text, response);
    const message = { role: "assistant", content: text };
    sendJson(response, 200, {
      ...head(lease.model.name, "chat.completion"),
      choices: [{ index: 0, message, finish_reason: "stop" }],
      usage,
    });
  }

  function untilReleased(response: ServerResponse): Promise<void> {
    return new Promise((resolve) => {
      const finish = () => {
        held.delete(finish);
        resolve();
      };
      held.add(finish);
      response.once("close", finish);
    });
  }

  /** The same request to the other server, which may know the model by another name. */
  function passOn(target: string, { request, response, gone }: RouteCall, body: Body): void {
    const name = textOf(body["model"]);
    const onwardBody = JSON.stringify({ ...body, model: options.chatModel?.(name) ?? name });
    const onward = requestHttp(`${target.replace(/(\/v1)?\/*$/, "")}${request.path}`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(onwardBody),
      },
      signal: gone,
    });
    onward.once("response", (received) => {
      response.writeHead(received.statusCode ?? 502, received.headers);
      received.pipe(response);
    });
    onward.on("error", (error) => refuse(error, response));
    onward.end(onwardBody);
  }

  return {
    answer,
    heldCount: () => held.size,
    release: () => held.forEach((finish) => finish()),
    drop: () => held.clear(),
    setFailure: (text: string | undefined, status = 500): void => {
      failure = text === undefined ? undefined : new OllamaFailure(status, text);
    },
  };
}

const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

function stream(model: string, text: string, response: ServerResponse): void {
  const events = startEvents(response);
  const chunk = (delta: unknown, finish: string | null) => ({
    ...head(model, "chat.completion.chunk"),
    choices: [{ index: 0, delta, finish_reason: finish }],
    ...(finish ? { usage } : {}),
  });
  events.send(chunk({ role: "assistant", content: text }, null));
  events.send(chunk({}, "stop"));
  events.send("[DONE]");
  events.end();
}

function head(model: string, object: string): object {
  return { id: "chatcmpl-1", object, created: 1, model, system_fingerprint: "fp_ollama" };
}

/** The last user message, without OpenCode's reminders. */
function promptOf(body: Body): string {
  const users = list(body["messages"])
    .map(fields)
    .filter(({ role }) => role === "user");
  const content = users.at(-1)?.["content"];
  const parts =
    typeof content === "string" ? [content] : list(content).map((part) => fields(part)["text"]);
  const text = parts.filter((part) => typeof part === "string").join("\n");
  return text.replace(/<system-reminder>[\s\S]*?(<\/system-reminder>|$)/g, "").trim();
}

function fullName(name: string): string {
  return name.includes("/") ? name : `registry.ollama.ai/library/${name}`;
}

function fields(value: unknown): Body {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
