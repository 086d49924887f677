/** HTTP to one runtime: JSON, lines of JSON and server-sent events, each with limits. */

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
 * AiRulesError `runtime/...` when there is no answer; a status is the caller's business.
 */
export type RuntimeClient = {
  /** The address the paths are below. */
  readonly url: string;
  request(path: string, options: RequestOptions): Promise<RuntimeAnswer>;
  /** The lines of a stream, each parsed; a line that is no JSON is left out. */
  ndjson(path: string, options: RequestOptions): AsyncIterable<unknown>;
  /** The events of a stream: name ("message" without one) and data. */
  events(path: string, options: RequestOptions): AsyncIterable<ServerEvent>;
};

export type ServerEvent = { readonly name: string; readonly data: string };
