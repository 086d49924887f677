import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ModelServer } from "./model-server.ts";

/**
 * OpenCode's configuration for a model server: its models appear as "fake/<name>". No cloud
 * provider is enabled, so nothing of a test can leave the machine.
 */
export function modelConfig(server: Pick<ModelServer, "url" | "models">): object {
  const limit = { context: 32768, output: 4096 };
  const models = server.models.map((name) => [
    name,
    { name, tool_call: true, temperature: true, limit },
  ]);
  return {
    $schema: "https://opencode.ai/config.json",
    model: `fake/${server.models[0]}`,
    small_model: `fake/${server.models[0]}`,
    enabled_providers: ["fake"],
    provider: {
      fake: {
        npm: "@ai-sdk/openai-compatible",
        name: "Fake",
        options: { baseURL: server.url },
        models: Object.fromEntries(models),
      },
    },
  };
}

/** Writes the `opencode.json` of a project that uses a model server; makes the directory. */
export async function writeModelProject(
  root: string,
  server: Pick<ModelServer, "url" | "models">,
): Promise<void> {
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "opencode.json"), `${JSON.stringify(modelConfig(server), null, 2)}\n`);
}
