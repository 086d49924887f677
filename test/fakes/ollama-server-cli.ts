/**
 * The stand-in for Ollama as a program, to try ai-rules by hand:
 *
 *   node test/fakes/ollama-server-cli.ts --port 11434 --load-ms 8000 --vram 24
 *
 * Each line on its stdin is a command: `help` lists them.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { ollamaModel } from "./ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "./ollama-server.ts";

const usage = `usage: node test/fakes/ollama-server-cli.ts [options]
  --port N           11434 unless given
  --version V        0.33.0 unless given
  --load-ms N        how long a load takes (3000)
  --unload-ms N      how long /api/ps stalls after an unload (500)
  --pull-ms N        how long a pull takes (10000)
  --keep-alive D     5m unless given
  --vram GB          memory of the GPU (24; 0 is none)
  --ram GB           32 unless given
  --max-loaded N     3 unless given
  --context N        OLLAMA_CONTEXT_LENGTH
  --skew-ms N        how far its clock is ahead
  --token T          wants it as Bearer
  --chat URL         passes chats to this server; models are loaded here all the same
  --chat-model NAME  the model's name there
  --models N         so many models more, to see long lists
`;

const commands: Readonly<Record<string, (server: OllamaServer, rest: string) => unknown>> = {
  stop: (server) => server.stop(),
  start: (server) => server.start(),
  restart: (server) => server.restart(),
  release: (server) => server.release(),
  "fail-load": (server, text) => server.failLoad(text || "llama-server process has terminated"),
  "fail-chat": (server, text) => server.setChatFailure(text || undefined),
  "stall-ps": (server, text) => server.stallPs(text !== "off"),
  hang: (server, text) => server.trouble(text === "off" ? undefined : { type: "hang" }),
  gpu: (server, text) => server.setGpu(Number(text) * 1024 ** 3),
  context: (server, text) => server.setContextLength(Number(text) || undefined),
  remove: (server, text) => server.removeModel(text),
  add: (server, text) => server.addModel(ollamaModel({ name: text })),
  loaded: (server) => {
    for (const { model, context, users, expiresAt } of server.loaded()) {
      print(`${model.name} ${context} users ${users} until ${new Date(expiresAt).toISOString()}`);
    }
  },
  requests: (server) => {
    for (const { method, path, text } of server.requests.slice(-20)) {
      print(`${method} ${path} ${text.slice(0, 200)}`);
    }
  },
  help: () => print(`commands: ${Object.keys(commands).join(", ")}`),
};

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "11434" },
    version: { type: "string", default: "0.33.0" },
    "load-ms": { type: "string", default: "3000" },
    "unload-ms": { type: "string", default: "500" },
    "pull-ms": { type: "string", default: "10000" },
    "keep-alive": { type: "string", default: "5m" },
    vram: { type: "string", default: "24" },
    ram: { type: "string", default: "32" },
    "max-loaded": { type: "string", default: "3" },
    context: { type: "string" },
    "skew-ms": { type: "string", default: "0" },
    token: { type: "string" },
    chat: { type: "string" },
    "chat-model": { type: "string" },
    models: { type: "string", default: "0" },
    help: { type: "boolean", default: false },
  },
});

if (values.help) print(usage);
else await serve();

async function serve(): Promise<void> {
  const chatModel = values["chat-model"];
  const server = await startOllamaServer({
    port: Number(values.port),
    version: values.version,
    loadMs: Number(values["load-ms"]),
    unloadMs: Number(values["unload-ms"]),
    pullStepMs: Number(values["pull-ms"]) / 10,
    keepAlive: values["keep-alive"],
    gpuBytes: Number(values.vram) * 1024 ** 3,
    ramBytes: Number(values.ram) * 1024 ** 3,
    maxLoaded: Number(values["max-loaded"]),
    clockSkewMs: Number(values["skew-ms"]),
    library: [ollamaModel({ name: "devstral:24b", sizeBytes: 14_333_928_210 })],
    ...(values.context === undefined ? {} : { contextLength: Number(values.context) }),
    ...(values.token === undefined ? {} : { token: values.token }),
    ...(values.chat === undefined ? {} : { chatUrl: values.chat }),
    ...(chatModel === undefined ? {} : { chatModel: () => chatModel }),
  });
  for (let number = 1; number <= Number(values.models); number++) {
    server.addModel(ollamaModel({ name: `sample-${number}:8b` }));
  }
  print(`a stand-in for Ollama ${values.version} at ${server.url}; "help" lists its commands`);
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = "", ...rest] = line.trim().split(" ");
    await commands[word]?.(server, rest.join(" "));
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
