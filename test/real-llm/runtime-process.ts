/** The real llama.cpp of `serve.ts` as a process of its own, which can be killed and comes back. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";

export type RuntimeProcess = {
  /** Base URL, without /v1. */
  readonly url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
};

/** `env`: that of a scene, so that nothing outlives it unseen. */
export async function createRuntimeProcess(
  env: Readonly<Record<string, string>>,
): Promise<RuntimeProcess> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    async start() {
      const started = spawn(
        process.execPath,
        [join(import.meta.dirname, "serve.ts"), String(port)],
        { env, stdio: ["ignore", "pipe", "inherit"] },
      );
      child = started;
      // It prints its address when it listens.
      await Promise.race([
        once(started.stdout, "data"),
        once(started, "exit").then(() => Promise.reject(new Error("the model server ended"))),
      ]);
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}
