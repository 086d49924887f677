/**
 * Starts the model server by hand, to try ai-rules with real answers:
 *
 *   node test/real-llm/serve.ts [PORT]
 *
 * It prints the base URL and the models, and runs until ctrl+c.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { modeScripts } from "./scripts.ts";
import { startRealModelServer } from "./server.ts";

const directory = await mkdtemp(join(tmpdir(), "ai-rules-models-"));
const server = await startRealModelServer(modeScripts, directory, Number(process.argv[2] ?? 0));
process.stdout.write(`${server.url} ${server.models.join(" ")}\n`);

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
  process.once(signal, () => {
    void server.close().then(() => rm(directory, { recursive: true, force: true }));
  });
