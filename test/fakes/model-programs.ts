/**
 * The programs by which people start their runtimes, as far as the guide uses them:
 *
 *   node test/fakes/model-programs.ts PROGRAM ARGUMENTS...
 *
 * `ollama serve`, `ollama pull MODEL`, `lms server start`, `mlx_lm.server --model MODEL`. Each serves
 * by the stand-in of its runtime. The ports are those in OLLAMA_HOST, LMSTUDIO_HOST and MLX_HOST, so
 * that a test has ports of its own; `--port` is read and not used.
 */
import { spawn } from "node:child_process";
import { parseArgs } from "node:util";
import { startLmStudioServer } from "./lmstudio-server.ts";
import { startMlxServer } from "./mlx-server.ts";
import { defaultOllamaModels } from "./ollama-models.ts";
import { startOllamaServer } from "./ollama-server.ts";
import { until } from "./until.ts";

const programs: Readonly<Record<string, (words: readonly string[]) => Promise<void>>> = {
  ollama: async ([command, model = ""]) => {
    if (command === "serve")
      await startOllamaServer({
        port: portOf("OLLAMA_HOST"),
        models: [],
        library: defaultOllamaModels,
        gpuBytes: 64 * 1024 ** 3,
        contextLength: Number(process.env["OLLAMA_CONTEXT_LENGTH"] ?? 4096),
      });
    else if (command === "pull") await pullFromOllama(model);
    else throw new Error(`ollama: unknown command ${command}`);
  },
  lms: async (words) => {
    if (words.join(" ") !== "server start") throw new Error(`lms: unknown command ${words[0]}`);
    // It ends, and its server goes on.
    const server = [import.meta.filename, "lmstudio-itself"];
    spawn(process.execPath, server, { detached: true, stdio: "ignore" }).unref();
    const port = portOf("LMSTUDIO_HOST");
    await until(() => answers(`http://127.0.0.1:${port}/`), { timeoutMs: 10_000 });
    print(`Success! Server is now running on port ${port}`);
  },
  "lmstudio-itself": async () => {
    await startLmStudioServer({ port: portOf("LMSTUDIO_HOST") });
  },
  "mlx_lm.server": async (words) => {
    const { values } = parseArgs({
      args: [...words],
      options: { model: { type: "string" }, port: { type: "string", default: "8080" } },
    });
    if (values.model === undefined) throw new Error("mlx_lm.server: --model is missing");
    await startMlxServer({ port: portOf("MLX_HOST"), model: values.model, models: [values.model] });
  },
};

const [name = "", ...rest] = process.argv.slice(2);
const program = programs[name];
if (program === undefined) throw new Error(`no program is called ${name}`);
await program(rest);

function portOf(variable: string): number {
  const [, port] = /:(\d+)/u.exec((process.env[variable] ?? "").replace(/^https?:/u, "")) ?? [];
  if (port === undefined) throw new Error(`${variable} names no port`);
  return Number(port);
}

async function pullFromOllama(model: string): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${portOf("OLLAMA_HOST")}/api/pull`, {
    method: "POST",
    body: JSON.stringify({ model, stream: false }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  print("success");
}

function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
