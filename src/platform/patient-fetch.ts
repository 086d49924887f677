import type { ClientRequest, IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import type { FetchPatiently, PatientRequest, PatientResponse } from "./ports.ts";

/**
 * Not imported: an import of node:http also loads Node's fetch, because it reads all that the module
 * exports. That keeps the panes waiting for 20 ms instead of 5.
 */
const { request: requestHttp } = process.getBuiltinModule("node:http");
const { request: requestHttps } = process.getBuiltinModule("node:https");

/** Until a connection stands, as in Node's fetch; a host that swallows packets never refuses. */
const connectTimeoutMs = 10_000;
/** Statuses that have no body (fetch standard, "null body status"). */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * Requests over node:http. Node's fetch gives up when no header has come within 300 s, and a large
 * model can take longer than that to load. The answer is no `Response`: its streams would double
 * what a request costs, and runtimes are asked all the time.
 */
export const fetchPatiently: FetchPatiently = (url, options = {}) =>
  attempt(url, options).catch((error: unknown) => {
    if (isStale(error) && isRepeatable(options)) return attempt(url, options);
    throw error;
  });

function attempt(url: string, options: PatientRequest): Promise<PatientResponse> {
  return new Promise((resolve, reject) => {
    const address = new URL(url);
    const open = address.protocol === "https:" ? requestHttps : requestHttp;
    const request = open(address, {
      method: options.method ?? "GET",
      headers: { ...options.headers },
      ...(options.signal ? { signal: options.signal } : {}),
    });
    limitConnecting(request);
    request.once("response", (incoming) => resolve(toResponse(incoming)));
    request.on("error", (error) => reject(failed(error, request)));
    request.end(options.body);
  });
}

function limitConnecting(request: ClientRequest): void {
  request.once("socket", (socket) => {
    if (!socket.connecting) return;
    socket.setTimeout(connectTimeoutMs, () => {
      request.destroy(Object.assign(new Error("connect timed out"), { code: "ETIMEDOUT" }));
    });
    socket.once("connect", () => socket.setTimeout(0));
  });
}

function toResponse(incoming: IncomingMessage): PatientResponse {
  const status = incoming.statusCode ?? 0;
  const isEmpty = withoutBody.has(status);
  if (isEmpty) incoming.resume();
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: headersOf(incoming),
    body: isEmpty ? null : incoming,
    text: () => (isEmpty ? Promise.resolve("") : text(incoming)),
  };
}

function headersOf({ headers }: IncomingMessage): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(headers).map(([name, value = ""]) => [
      name,
      typeof value === "string" ? value : value.join(", "),
    ]),
  );
}

/** The shape fetch gives its failures: a TypeError with the system's own error as its cause. */
function failed(error: unknown, request: ClientRequest): TypeError {
  const failure = new TypeError("fetch failed", { cause: error });
  return request.reusedSocket ? Object.assign(failure, { reusedSocket: true }) : failure;
}

/** A kept connection that the server had closed in the meantime: the request never reached it. */
function isStale(error: unknown): boolean {
  if (!(error instanceof TypeError) || !("reusedSocket" in error)) return false;
  return error.cause instanceof Error && "code" in error.cause && error.cause.code === "ECONNRESET";
}

function isRepeatable({ method = "GET" }: PatientRequest): boolean {
  return method === "GET" || method === "HEAD";
}
