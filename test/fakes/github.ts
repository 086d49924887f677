/**
 * A stand-in for GitHub, as Nix asks it: for the commit of a branch, and for the files of a commit. It
 * is reached as the real one is, through a proxy that knows no other host, so that a program meant for
 * the real network has this one, and nothing beyond this machine is asked.
 */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { Socket } from "node:net";
import { basename, dirname } from "node:path";
import { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export type GitHub = {
  /** What a program needs to ask it. */
  readonly env: Readonly<Record<string, string>>;
  /** What was asked for, and was not there. */
  readonly missed: readonly string[];
  close(): Promise<void>;
};

/** A branch "owner/name#branch" (none: the default one) and the directory with its files. */
export type Branches = Readonly<Record<string, string>>;

/** Made with `openssl req -x509 -newkey ec -nodes`, for the names of GitHub. */
const certificate = fileURLToPath(new URL("../fixtures/tls/github.pem", import.meta.url));

/** Starts it with these repositories. */
export async function startGitHub(branches: Branches): Promise<GitHub> {
  const [cert, key] = await Promise.all(
    [certificate, certificate.replace(".pem", "-key.pem")].map((path) => readFile(path)),
  );
  const missed: string[] = [];
  const sockets = new Set<Socket>();
  const answers = createHttpServer((request, response) => {
    answer(branches, request, response).catch(() => {
      missed.push(request.url ?? "");
      response.writeHead(404).end('{"message":"Not Found"}');
    });
  });
  const proxy = createHttpServer((_, response) => response.writeHead(403).end());
  proxy.on("connect", ({ url = "" }: IncomingMessage, socket: Socket) => {
    if (!/^(?:api\.|codeload\.)?github\.com:443$/u.test(url)) {
      missed.push(url);
      socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
      return;
    }
    socket.write("HTTP/1.1 200 OK\r\n\r\n");
    const secure = new TLSSocket(socket, { isServer: true, cert, key });
    secure.on("error", () => socket.destroy());
    answers.emit("connection", secure);
  });
  proxy.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket)).on("error", () => socket.destroy());
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const address = proxy.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    env: { https_proxy: `http://127.0.0.1:${port}`, NIX_SSL_CERT_FILE: certificate },
    missed,
    close: () =>
      new Promise((closed) => {
        proxy.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function answer(
  branches: Branches,
  { url = "" }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [, commits, branch] = /^\/repos\/([^/]+\/[^/]+)\/commits\/(.+)$/u.exec(url) ?? [];
  if (commits !== undefined && branch !== undefined) {
    const named = branch === "HEAD" ? commits : `${commits}#${branch}`;
    if (branches[named] === undefined) throw new Error(named);
    const sha = commitOf(named);
    response.end(
      JSON.stringify({
        sha,
        commit: { tree: { sha }, committer: { date: "2026-09-11T00:00:00Z" } },
      }),
    );
    return;
  }
  const [, repository, commit = ""] =
    /^(?:\/repos)?\/([^/]+\/[^/]+)\/(?:tarball|archive|tar\.gz)\/([0-9a-f]{40})/u.exec(url) ?? [];
  const found = Object.entries(branches).find(
    ([name]) => name.split("#")[0] === repository && commitOf(name) === commit,
  );
  if (found === undefined) throw new Error(url);
  response.end(await tarball(found[1], commit));
}

/** A commit for each branch; nothing is ever pushed. */
function commitOf(name: string): string {
  return createHash("sha1").update(name).digest("hex");
}

async function tarball(directory: string, commit: string): Promise<Buffer> {
  const prefix = `s,^${basename(directory)},${commit},`;
  const args = [
    "--create",
    "--gzip",
    "--sort=name",
    "--mtime=2026-09-11",
    "--exclude=.git",
    `--transform=${prefix}S`,
    `--directory=${dirname(directory)}`,
    basename(directory),
  ];
  const { stdout } = await promisify(execFile)("tar", args, {
    encoding: "buffer",
    maxBuffer: 64 * 1024 ** 2,
  });
  return stdout;
}
