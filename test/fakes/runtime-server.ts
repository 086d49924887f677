/**
 * The base of the stand-ins for model runtimes: a real HTTP server on 127.0.0.1 with a route table,
 * a record of what was asked, and the bad days that all runtimes share. A stand-in of one runtime
 * gives it its routes and keeps the state they work on.
 */
import {
  createServer,
  type IncomingMessage,
  request as requestHttp,
  type ServerResponse,
} from "node:http";

export type RecordedRequest = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly body: unknown;
  /** The body as it was sent. */
  readonly text: string;
  readonly headers: IncomingMessage["headers"];
};

/** One request on its way: what a route gets. */
export type RouteCall = {
  readonly request: RecordedRequest;
  /** The path's parts that the route names with `:name`, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly response: ServerResponse;
  /** Aborts when the client goes away before the answer is whole. */
  readonly gone: AbortSignal;
};

/** Returns the body of a 200 as JSON, or `undefined` when it has answered or will by itself. */
export type Route = (call: RouteCall) => unknown;

/**
 * What a request meets instead of the route. "hang" never answers; "stall" sends the headers and
 * half an answer; "garbage" is no JSON; "html" a web page; "big" pads the answer to 10 MB; "reset"
 * breaks the connection off; a number is a status with that body.
 */
export type Trouble =
  | { readonly type: "hang" | "stall" | "garbage" | "html" | "big" | "reset" }
  | { readonly type: "status"; readonly status: number; readonly body?: unknown }
  | { readonly type: "slow"; readonly ms: number };

export type RuntimeServerOptions = {
  /** By "GET /api/tags"; a part `:name` stands for one part, `*` at the end for the rest. */
  readonly routes: Readonly<Record<string, Route>>;
  /** A free port unless given. */
  readonly port?: number;
  /** What an unknown path gets; 404 and "404 page not found" unless given. */
  readonly fallback?: Route;
  /** Headers of each answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Requests without it as Bearer are answered by `refuse`. */
  readonly token?: string;
  /** How a request without the token is refused; 401 and `{"error":"unauthorized"}` unless given. */
  readonly refuse?: Route;
};

export type RuntimeServer = {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Requests from now on meet this; on `path` only (without its query), if given. */
  trouble(trouble: Trouble | undefined, path?: string): void;
  /** Sends each `POST /v1/...` on to another server (its URL, with or without /v1), streams and all. */
  passV1To(url: string | undefined): void;
  /** Ends all connections and frees the port. Twice is harmless. */
  close(): Promise<void>;
};

/** Starts a server on a free port, or on the one given. */
export async function startRuntimeServer(options: RuntimeServerOptions): Promise<RuntimeServer> {
  const requests: RecordedRequest[] = [];
  const troubles = new Map<string, Trouble>();
  const routes = Object.entries(options.routes).map(([name, route]) => compile(name, route));
  let v1: string | undefined;

  const server = createServer((incoming, response) => {
    void take(incoming, response).catch((error: unknown) => {
      if (!response.headersSent) sendJson(response, 500, { error: String(error) });
      else response.destroy();
    });
  });

  async function take(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(incoming);
    const request = record(incoming, text);
    requests.push(request);
    for (const [name, value] of Object.entries(options.headers ?? {})) {
      response.setHeader(name, value);
    }
    const { pathname, searchParams: query } = new URL(request.path, "http://host");
    const trouble = troubles.get(pathname) ?? troubles.get("");
    if (trouble?.type === "slow") await new Promise((go) => setTimeout(go, trouble.ms));
    else if (trouble && trouble.type !== "big") return misbehave(trouble, response);
    const call = { request, query, response, gone: goneOf(response) };
    const { route, params } = find(request.method, pathname);
    const body: unknown = await route({ ...call, params });
    if (body !== undefined && !response.headersSent) {
      sendJson(response, 200, trouble?.type === "big" ? padded(body) : body);
    }
  }

  function find(method: string, path: string) {
    if (v1 !== undefined && method === "POST" && path.startsWith("/v1/")) {
      const target = v1;
      return { route: guarded((call) => passOn(call, target)), params: {} };
    }
    for (const candidate of routes) {
      const params = candidate.matches(method, path);
      if (params) return { route: guarded(candidate.route), params };
    }
    return { route: guarded(options.fallback ?? notFound), params: {} };
  }

  function guarded(route: Route): Route {
    return (call) => {
      const { token, refuse = unauthorized } = options;
      const known = token === undefined || call.request.headers.authorization === `Bearer ${token}`;
      return known ? route(call) : refuse(call);
    };
  }

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    requests,
    trouble(trouble, path = "") {
      if (trouble) troubles.set(path, trouble);
      else troubles.delete(path);
    },
    passV1To(url) {
      v1 = url;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

/** Answers with JSON. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

/** Answers with plain text. */
export function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8" });
  response.end(text);
}

/** Starts a stream of JSON lines; `send` a line each, `end` it. */
export function startNdjson(response: ServerResponse): {
  readonly send: (value: unknown) => void;
  readonly end: () => void;
} {
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.flushHeaders();
  return {
    send: (value) => void response.write(`${JSON.stringify(value)}\n`),
    end: () => void response.end(),
  };
}

/** Starts a stream of server-sent events; `comment` is what keeps a connection alive. */
export function startEvents(response: ServerResponse): {
  readonly send: (data: unknown, name?: string) => void;
  readonly comment: (text: string) => void;
  readonly end: () => void;
} {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.flushHeaders();
  return {
    send(data, name) {
      const text = typeof data === "string" ? data : JSON.stringify(data);
      const lines = text.split("\n").map((line) => `data: ${line}\n`);
      response.write(`${name === undefined ? "" : `event: ${name}\n`}${lines.join("")}\n`);
    },
    comment: (text) => void response.write(`: ${text}\n\n`),
    end: () => void response.end(),
  };
}

/** Lets another server answer a request, `text` being its body; the answer streams through. */
export function passOn(
  { request, response, gone }: RouteCall,
  target: string,
  text = request.text,
): void {
  const { host: _, connection: __, "content-length": ___, ...headers } = request.headers;
  const onward = requestHttp(`${target.replace(/(\/v1)?\/*$/, "")}${request.path}`, {
    method: request.method,
    headers: { ...headers, "content-length": Buffer.byteLength(text) },
    signal: gone,
  });
  onward.once("response", (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.on("error", () => {
    if (!response.headersSent) sendJson(response, 502, { error: "bad gateway" });
    else response.destroy();
  });
  onward.end(text);
}

function notFound({ response }: RouteCall): void {
  sendText(response, 404, "404 page not found");
}

function unauthorized({ response }: RouteCall): void {
  sendJson(response, 401, { error: "unauthorized" });
}

function misbehave(trouble: Trouble, response: ServerResponse): void {
  switch (trouble.type) {
    case "hang":
      return;
    case "stall":
      response.writeHead(200, { "content-type": "application/json" });
      response.write('{"models":[');
      return;
    case "garbage":
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`\u0000\u00ff{"models": [{"name": ${"\u001b[31m".repeat(20)}`);
      return;
    case "html":
      response.writeHead(200, { "content-type": "text/html" });
      response.end("<!DOCTYPE html>\n<html><head><title>Some other page</title></head></html>");
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "status":
      sendJson(response, trouble.status, trouble.body ?? { error: `status ${trouble.status}` });
      return;
    default:
      return;
  }
}

/** The same answer with 10 MB of something unknown in it. */
function padded(body: unknown): unknown {
  const padding = "x".repeat(10 * 1024 * 1024);
  return typeof body === "object" && body !== null && !Array.isArray(body)
    ? { padding, ...body }
    : body;
}

function compile(name: string, route: Route) {
  const [method, pattern = "/"] = name.split(" ");
  const source = pattern
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/:(\w+)/g, "(?<$1>[^/]+)")
    .replace(/\*$/, "(?<rest>.*)");
  const shape = new RegExp(`^${source}$`);
  return {
    route,
    matches(asked: string, path: string): Record<string, string> | undefined {
      if (asked !== method && !(asked === "HEAD" && method === "GET")) return undefined;
      const found = shape.exec(path);
      if (!found) return undefined;
      const groups = Object.entries(found.groups ?? {});
      return Object.fromEntries(groups.map(([key, value]) => [key, decodeURIComponent(value)]));
    },
  };
}

function record(incoming: IncomingMessage, text: string): RecordedRequest {
  return {
    method: incoming.method ?? "GET",
    path: incoming.url ?? "/",
    body: parse(text),
    text,
    headers: incoming.headers,
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function goneOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) controller.abort();
  });
  return controller.signal;
}
