/**
 * An Ollama with two models that answer differently: its state is the stand-in's, its answers are
 * llama.cpp's.
 */
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { switchScripts } from "./scripts.ts";
import { type RealModelServer, startRealModelServer } from "./server.ts";

export type TwoModels = {
  readonly ollama: OllamaServer;
  /** What answers behind it, and what that was asked. */
  readonly llama: RealModelServer;
  close(): Promise<void>;
};

/** Makes the models in `directory` and serves them. */
export async function startTwoModels(directory: string): Promise<TwoModels> {
  const llama = await startRealModelServer(switchScripts, directory);
  const names = Object.keys(switchScripts);
  const ollama = await startOllamaServer({
    models: names.map((name) => ollamaModel({ name: `${name}:latest`, sizeBytes: 3_100_000 })),
    contextLength: 65_536,
    chatUrl: llama.url,
    // A variant with another context is the same model to llama.cpp.
    chatModel: (name) => name.replace(/(-ctx\d+k)?(:latest)?$/, ""),
  });
  return {
    ollama,
    llama,
    close: async () => {
      await ollama.close();
      await llama.close();
    },
  };
}
