/**
 * The table of the variables that are read from the development shell. The names are what the
 * source really asks for; one without words here, or words without one, stop `npm run docs`.
 */
import { agentModes } from "../../src/core/mode.ts";
import { runtimeAddresses } from "../../src/runtimes/addresses.ts";
import { readGuideVariables } from "../../src/runtimes/guide-variables.ts";
import { tokenVariables } from "../../src/runtimes/token-variables.ts";

const meanings: Readonly<Record<string, string>> = {
  OLLAMA_HOST: "Where Ollama is. Ollama's rules hold: `http://host` without a port means port 80.",
  LMSTUDIO_HOST: "Where LM Studio is; a `/v1` at its end is left out.",
  MLX_HOST: "Where `mlx_lm.server` is. No MLX program reads it.",
  LLAMA_SERVER_HOST: "Where `llama-server` is. llama.cpp does not read it.",
  LLAMA_SWAP_HOST: "Where llama-swap is. llama-swap does not read it.",
  OLLAMA_API_KEY: "The token of Ollama, where something before it wants one.",
  LM_API_TOKEN: "The token of LM Studio, where its server wants one.",
  LLAMA_API_KEY: "The token of `llama-server` (its `--api-key`).",
  OLLAMA_MODEL_MODE:
    "The mode's model, by Ollama's name; the first of the three kinds that is installed.",
  LMSTUDIO_MODEL_MODE: "The same, by LM Studio's name.",
  MLX_MODEL_MODE: "The same, by MLX's name or one of `runtimes.mlx.models`.",
  OLLAMA_TEMPERATURE_MODE:
    "How freely the mode's model chooses its words, where it is one of Ollama.",
  LMSTUDIO_TEMPERATURE_MODE: "The same for LM Studio.",
  MLX_TEMPERATURE_MODE: "The same for MLX.",
  MLX_TEMP_MODE: "The same, where `MLX_TEMPERATURE_MODE` is not set.",
  OLLAMA_KEEP_ALIVE:
    "How long a model that Ollama loads for us stays loaded after a request. `ollama serve` reads it as well.",
  MLX_VRAM_LIMIT:
    "What models may take of the memory, below `memory.budget`. It advises; MLX does not read it.",
  MLX_MODELS_PATH:
    "A directory with an MLX model in each subdirectory; they are listed beside those MLX tells.",
  LMSTUDIO_MAX_TOKENS: "The longest answer an agent asks LM Studio for.",
};

/** The table in Markdown, in the order in which they are asked for. */
export function variablesTable(): string {
  const names = readNames();
  const lost = Object.keys(meanings).filter((name) => !names.includes(name));
  if (lost.length > 0) throw new Error(`nothing reads ${lost.join()}`);
  const rows = names.map((name) => {
    const meaning = meanings[name];
    if (meaning === undefined) throw new Error(`nothing says what ${name} means`);
    return `| \`${name}\` | ${meaning} |`;
  });
  return ["| variable | meaning |", "|---|---|", ...rows, ""].join("\n");
}

/** The table of those that are set by shells of the guide and that nothing reads. */
export function unusedVariablesTable(): string {
  const all = new Proxy({}, { get: () => "0.1" });
  const rows = readGuideVariables(all).unused.map(
    ({ variable, why }) => `| \`${withoutMode(variable)}\` | ${why} |`,
  );
  return ["| variable | why it does nothing |", "|---|---|", ...new Set(rows), ""].join("\n");
}

function readNames(): readonly string[] {
  const asked = new Set<string>();
  const variables = new Proxy(
    {},
    {
      get: (_, name) => {
        asked.add(String(name));
        return undefined;
      },
    },
  );
  runtimeAddresses({ settings: { runtimes: {} }, variables });
  for (const name of Object.values(tokenVariables)) asked.add(name);
  const { unused } = readGuideVariables(new Proxy({}, { get: () => "0.1" }));
  readGuideVariables(variables);
  const explained = new Set(unused.map(({ variable }) => variable));
  return [...new Set([...asked].filter((name) => !explained.has(name)).map(withoutMode))];
}

/** OLLAMA_MODEL_PLAN, OLLAMA_MODEL_BUILD ... are told once. */
function withoutMode(name: string): string {
  const ends = agentModes.map((mode) => mode.toUpperCase()).join("|");
  return name.replace(new RegExp(`_(${ends})$`), "_MODE");
}
