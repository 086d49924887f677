import type { RealModelServer } from "./server.ts";

/** OpenCode's project settings for the server: its models appear as "tiny/NAME", nothing else does. */
export function opencodeProject({ url, models }: Pick<RealModelServer, "url" | "models">): object {
  const limit = { context: 32_768, output: 1024 };
  const entries = models.map((name) => [name, { name, tool_call: true, limit }]);
  return {
    $schema: "https://opencode.ai/config.json",
    share: "disabled",
    enabled_providers: ["tiny"],
    provider: {
      tiny: {
        npm: "@ai-sdk/openai-compatible",
        name: "Tiny",
        options: { baseURL: url, apiKey: "none" },
        models: Object.fromEntries(entries),
      },
    },
  };
}
