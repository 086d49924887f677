/** OpenCode's HTTP API as far as the watcher uses it, with answers and events that a test sets. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

export type OpencodeServer = {
  readonly port: number;
  /** Answers by path, without the query; a path that is not here is answered with 404. */
  readonly answers: Map<string, unknown>;
  /** What was sent to it, oldest first. */
  readonly posts: readonly Post[];
  /** Called before a post is answered, with a status of its own if it returns one. */
  onPost(listener: (post: Post) => number | undefined): void;
  /** Sends an event to all streams that are open. */
  emit(type: string, properties: object): void;
  /** Sends bytes as they are. */
  sendRaw(text: string): void;
  /** How many requests for a path were answered. */
  countOf(path: string): number;
  /** How many requests came without the right password. */
  refusedCount(): number;
  /** How many event streams are open. */
  streamCount(): number;
  /** How many event streams were opened so far. */
  streamsOpened(): number;
  dropStreams(): void;
  /** Leaves the next requests without an answer, as an OpenCode that comes up does with the first. */
  leaveUnanswered(count: number): void;
  close(): Promise<void>;
};

export type Post = { readonly path: string; readonly body: unknown };

/** Starts the server on a free port of 127.0.0.1; only `password` opens it. */
export async function startOpencodeServer(password: string): Promise<OpencodeServer> {
  const answers = new Map<string, unknown>([
    ["/global/health", { healthy: true, version: "1.18.33" }],
    ["/agent", [{ name: "plan", mode: "primary" }]],
    ["/config", { model: "fake/one" }],
    ["/config/providers", { providers: [{ id: "fake", models: { one: {}, two: {} } }] }],
    ["/session", []],
    ["/session/status", {}],
    ["/permission", []],
    ["/question", []],
  ]);
  const streams = new Set<ServerResponse>();
  const counts = new Map<string, number>();
  const posts: Post[] = [];
  let listener: (post: Post) => number | undefined = () => undefined;
  let opened = 0;
  let refused = 0;
  let unanswered = 0;
  const wanted = `Basic ${Buffer.from(`opencode:${password}`).toString("base64")}`;

  const server = createServer((request, response) => {
    if (unanswered > 0) {
      unanswered--;
      return;
    }
    if (request.headers.authorization !== wanted) {
      refused++;
      return response.writeHead(401).end();
    }
    const path = (request.url ?? "").split("?")[0] ?? "";
    counts.set(path, (counts.get(path) ?? 0) + 1);
    if (path === "/event") return openStream(response);
    if (request.method === "POST") return receive(path, request, response);
    const answer = answers.get(path);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    return response.end(JSON.stringify(answer ?? {}));
  });

  function receive(path: string, request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const post = { path, body: JSON.parse(Buffer.concat(chunks).toString("utf8")) };
      posts.push(post);
      response.writeHead(listener(post) ?? 200, { "content-type": "application/json" });
      response.end("true");
    });
  }

  function openStream(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    opened++;
    streams.add(response);
    response.on("close", () => streams.delete(response));
    response.write('data: {"type":"server.connected","properties":{}}\n\n');
  }

  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  const sendRaw = (text: string): void => {
    for (const stream of streams) stream.write(text);
  };
  return {
    port: typeof address === "object" && address ? address.port : 0,
    answers,
    posts,
    onPost: (next) => {
      listener = next;
    },
    emit: (type, properties) => sendRaw(`data: ${JSON.stringify({ type, properties })}\n\n`),
    sendRaw,
    countOf: (path) => counts.get(path) ?? 0,
    refusedCount: () => refused,
    streamCount: () => streams.size,
    streamsOpened: () => opened,
    dropStreams: () => {
      for (const stream of streams) stream.destroy();
    },
    leaveUnanswered: (count) => {
      unanswered = count;
    },
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}
