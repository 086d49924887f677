/**
 * A TLS front for a server that has none, as a reverse proxy is: what arrives is passed on as it is.
 * Its certificate is its own, made with `openssl req -x509 -newkey ec -nodes`, for 127.0.0.1.
 */
import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { createServer } from "node:tls";
import { fileURLToPath } from "node:url";

export type TlsFront = {
  /** "https://127.0.0.1:PORT". */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
};

/** What a client has to trust to talk to it. */
export const tlsCertificate: string = fixture("self-signed.pem");

function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));
}

/** Starts one on a free port of 127.0.0.1 that passes on to a port there. */
export async function startTlsFront(target: number): Promise<TlsFront> {
  const [cert, key] = await Promise.all(
    [tlsCertificate, fixture("self-signed-key.pem")].map((path) => readFile(path)),
  );
  const sockets = new Set<Socket>();
  const server = createServer({ cert, key }, (secure) => {
    const plain = connect(target, "127.0.0.1");
    secure.on("error", () => plain.destroy()).once("close", () => plain.destroy());
    plain.on("error", () => secure.destroy()).once("close", () => secure.destroy());
    secure.pipe(plain).pipe(secure);
  });
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    url: `https://127.0.0.1:${port}`,
    port,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
