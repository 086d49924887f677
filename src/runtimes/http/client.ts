/** HTTP to one runtime: JSON, lines of JSON and server-sent events, each with limits. */
import { AiRulesError } from "../../core/error.ts";
import { parseJson } from "../../core/json.ts";
import type { FetchPatiently, PatientResponse } from "../../platform/ports.ts";
import { linesOf } from "./byte-lines.ts";
import { noAnswer, statusFault } from "./faults.ts";
import { type ServerEvent, serverEvents } from "./server-events.ts";

export type { ServerEvent };

export type RequestOptions = {
  readonly abort: AbortSignal;
  /** ms until the whole answer is there; undefined: as long as `abort` lets it (loading a model). */
  readonly timeoutMs?: number;
  readonly method?: "GET" | "POST" | "DELETE" | "HEAD";
  readonly body?: unknown;
};

export type RuntimeAnswer = {
  readonly status: number;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  readonly text: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
};

/**
 * Requests to one runtime, each below its base address and with its token. Rejects with an
 * AiRulesError `runtime/...` when there is no answer, and with the signal's reason when aborted. Of
 * `request` a status is the caller's business; the streams reject with `statusFault` unless it is 2xx.
 */
export type RuntimeClient = {
  /** The address the paths are below; without user and password. */
  readonly url: string;
  request(path: string, options: RequestOptions): Promise<RuntimeAnswer>;
  /** The lines of a stream, each parsed; a line that is no JSON is left out. */
  ndjson(path: string, options: RequestOptions): AsyncIterable<unknown>;
  /** The events of a stream: name ("message" without one) and data. */
  events(path: string, options: RequestOptions): AsyncIterable<ServerEvent>;
};

export type RuntimeClientOptions = {
  /** The network's `fetchPatiently`. Node's own fits as well, but ends a load after 300 s. */
  readonly fetch: FetchPatiently;
  /** A user and password in it are sent as a Basic header. */
  readonly url: string;
  /** Sent as Bearer, unless it names another scheme ("Basic ...") or is an address with a user. */
  readonly token?: string | undefined;
};

/** No list of models is longer; what is, is not for us. In bytes. */
const maxBodyLength = 16 * 1024 * 1024;

/**
 * A client for the runtime at one address. The same question is never under way twice: a job that
 * looks how far it is takes turns with the polls.
 */
export function createRuntimeClient({ fetch, url, token }: RuntimeClientOptions): RuntimeClient {
  const base = withoutUser(url);
  const credentials = authorization(url, token);
  const secrets = [token, ...(credentials?.split(" ") ?? [])].filter(isSecret);
  const inTurn = createTurns();

  /** The whole answer, without what the server was shown: its words are shown and logged. */
  async function readAnswer(response: PatientResponse): Promise<RuntimeAnswer> {
    const text = secrets.reduce(masked, await readText(response, base));
    const headers = Object.fromEntries(response.headers);
    return { status: response.status, json: parseJson(text), text, headers };
  }

  function send(
    path: string,
    options: RequestOptions,
    signal: AbortSignal,
  ): Promise<PatientResponse> {
    const body = options.body === undefined ? undefined : JSON.stringify(options.body);
    return fetch(`${base}${path}`, {
      method: options.method ?? (body === undefined ? "GET" : "POST"),
      headers: {
        accept: "application/json, */*",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(credentials ? { authorization: credentials } : {}),
      },
      ...(body === undefined ? {} : { body }),
      signal,
    });
  }

  async function exchanged(path: string, options: RequestOptions): Promise<RuntimeAnswer> {
    const exchange = begin(base, options);
    try {
      const response = await send(path, options, exchange.signal);
      const answer = await readAnswer(response);
      exchange.end();
      return answer;
    } catch (error) {
      throw exchange.failure(error);
    } finally {
      exchange.cancel();
    }
  }

  async function* pieces(path: string, options: RequestOptions): AsyncGenerator<Uint8Array> {
    const exchange = begin(base, options);
    try {
      const response = await send(path, options, exchange.signal);
      if (!response.ok) throw statusFault(await readAnswer(response), { url: base });
      if (response.body) yield* response.body;
      exchange.end();
    } catch (error) {
      throw exchange.failure(error);
    } finally {
      exchange.cancel();
    }
  }

  return {
    url: base,
    request: (path, options) =>
      isQuestion(options)
        ? inTurn(path, options.abort, () => exchanged(path, options))
        : exchanged(path, options),
    async *ndjson(path, options) {
      for await (const line of linesOf(pieces(path, options))) {
        const value = parseJson(line);
        if (value !== undefined) yield value;
      }
    },
    events: (path, options) => serverEvents(linesOf(pieces(path, options))),
  };
}

function isQuestion({ method = "GET", body }: RequestOptions): boolean {
  return method === "GET" && body === undefined;
}

/** Lets deeds of one name wait for each other; who is aborted does not wait any longer. */
function createTurns() {
  const last = new Map<string, Promise<void>>();
  return async <T>(name: string, abort: AbortSignal, deed: () => Promise<T>): Promise<T> => {
    const before = last.get(name);
    const { promise: own, resolve: done } = Promise.withResolvers<void>();
    const turn = before ? before.then(() => own) : own;
    last.set(name, turn);
    try {
      if (before) await unlessAborted(before, abort);
      return await deed();
    } finally {
      done();
      if (last.get(name) === turn) last.delete(name);
    }
  };
}

async function unlessAborted(wait: Promise<void>, abort: AbortSignal): Promise<void> {
  abort.throwIfAborted();
  const { promise: aborted, resolve } = Promise.withResolvers<void>();
  const onAbort = () => resolve();
  abort.addEventListener("abort", onAbort);
  await Promise.race([wait, aborted]);
  abort.removeEventListener("abort", onAbort);
  abort.throwIfAborted();
}

type Exchange = {
  readonly signal: AbortSignal;
  /** The answer is whole: its connection may be kept. */
  end(): void;
  /** Breaks it off unless it has ended. */
  cancel(): void;
  /** What to throw for an error on the way. */
  failure(error: unknown): Error;
};

function begin(url: string, { abort, timeoutMs }: RequestOptions): Exchange {
  abort.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(abort.reason);
  // Not AbortSignal.any: it is kept by a long-lived signal for as long as that one lives.
  abort.addEventListener("abort", onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);

  function onTimeout(): void {
    controller.abort(noAnswer(new DOMException("timed out", "TimeoutError"), { url }));
  }

  function end(): void {
    clearTimeout(timer);
    abort.removeEventListener("abort", onAbort);
  }

  let ended = false;
  return {
    signal: controller.signal,
    end() {
      ended = true;
      end();
    },
    cancel() {
      end();
      if (!ended) controller.abort();
    },
    failure(error) {
      const reason: unknown = controller.signal.aborted ? controller.signal.reason : error;
      if (abort.aborted && reason instanceof Error) return reason;
      return noAnswer(reason, { url });
    },
  };
}

/** Shorter words stand in any text. */
function isSecret(text: string | undefined): text is string {
  return text !== undefined && text.length >= 8;
}

function masked(text: string, secret: string): string {
  return text.replaceAll(secret, "***");
}

async function readText(response: PatientResponse, url: string): Promise<string> {
  const decoder = new TextDecoder();
  const parts: string[] = [];
  let length = 0;
  for await (const bytes of response.body ?? []) {
    length += bytes.length;
    if (length > maxBodyLength) throw tooLong(url);
    parts.push(decoder.decode(bytes, { stream: true }));
  }
  return parts.join("") + decoder.decode();
}

function tooLong(url: string): AiRulesError {
  return new AiRulesError({
    code: "runtime/answer-too-long",
    message: `the server at ${url} sends more than ${maxBodyLength / 1024 ** 2} MB for one answer`,
    remedy: "check that the address is that of a model runtime",
  });
}

function withoutUser(url: string): string {
  return url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1").replace(/\/+$/, "");
}

function authorization(url: string, token: string | undefined): string | undefined {
  if (token && /^(basic|bearer) \S/i.test(token)) return token;
  const user = userOf(token) ?? userOf(url);
  if (user !== undefined) return `Basic ${Buffer.from(user).toString("base64")}`;
  return token ? `Bearer ${token.trim()}` : undefined;
}

/** "user:password" of an address. */
function userOf(address: string | undefined): string | undefined {
  const parts = address === undefined ? undefined : URL.parse(address);
  if (!parts?.username && !parts?.password) return undefined;
  return `${decoded(parts.username)}:${decoded(parts.password)}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // A per cent sign that stands for itself.
  }
}
