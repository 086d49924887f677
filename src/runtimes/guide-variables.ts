/**
 * The variables with which the guide's development shells say what models to use. Only some of them
 * are read by a runtime; those that name a model, a temperature or a limit are read here, and those
 * that nothing reads are explained instead of pretended.
 */
import { parseByteSize } from "../core/byte-size.ts";
import type { Problem } from "../core/error.ts";
import { type AgentMode, byMode } from "../core/mode.ts";
import type { GuideSettings } from "../core/models.ts";
import type { RuntimeKind } from "../core/runtime.ts";
import { printable } from "../core/text.ts";
import type { Variables } from "../platform/ports.ts";
import { unusedVariables } from "./unused-variables.ts";

type Family = {
  readonly runtime: RuntimeKind;
  /** Variables by their beginning; the mode in capitals is their end. */
  readonly model: string;
  readonly temperatures: readonly string[];
};

/** In the order in which their models are tried. */
const families: readonly Family[] = [
  { runtime: "ollama", model: "OLLAMA_MODEL", temperatures: ["OLLAMA_TEMPERATURE"] },
  { runtime: "lmstudio", model: "LMSTUDIO_MODEL", temperatures: ["LMSTUDIO_TEMPERATURE"] },
  { runtime: "mlx", model: "MLX_MODEL", temperatures: ["MLX_TEMPERATURE", "MLX_TEMP"] },
];

/** Reads them all; a value that makes no sense is a problem and counts as not set. */
export function readGuideVariables(variables: Variables): GuideSettings {
  const problems: Problem[] = [];
  const read = createReader(variables, problems);
  const keepAlive = read("OLLAMA_KEEP_ALIVE", parseKeepAlive);
  const budgetBytes = read("MLX_VRAM_LIMIT", parseBudget);
  const modelsPath = read("MLX_MODELS_PATH", parseDirectory);
  const outputTokens = read("LMSTUDIO_MAX_TOKENS", parseTokens);
  return {
    models: byMode((mode) =>
      families.flatMap(({ model: beginning }) => {
        const variable = nameOf(beginning, mode);
        const model = read(variable, parseModel);
        return model === undefined ? [] : [{ model, variable }];
      }),
    ),
    temperatures: byMode((mode) =>
      families.flatMap(({ runtime, temperatures }) => {
        const found = temperatures.flatMap((beginning) => {
          const variable = nameOf(beginning, mode);
          const value = read(variable, parseTemperature);
          return value === undefined ? [] : [{ runtime, value, variable }];
        });
        return found.slice(0, 1);
      }),
    ),
    ...(keepAlive === undefined ? {} : { keepAlive }),
    ...(budgetBytes === undefined ? {} : { budgetBytes }),
    ...(modelsPath === undefined ? {} : { modelsPath }),
    ...(outputTokens === undefined ? {} : { outputTokens }),
    unused: unusedVariables(variables),
    problems,
  };
}

function nameOf(beginning: string, mode: AgentMode): string {
  return `${beginning}_${mode.toUpperCase()}`;
}

/** A value, or what it should have been: "a number of tokens: 4096". */
type Parsed<T> = { readonly value: T } | { readonly expected: string };

function createReader(variables: Variables, problems: Problem[]) {
  return <T>(variable: string, parse: (text: string) => Parsed<T>): T | undefined => {
    const text = variables[variable]?.trim() ?? "";
    if (text === "") return undefined;
    const parsed = parse(text);
    if ("value" in parsed) return parsed.value;
    problems.push({
      code: "settings/variable",
      message: `${variable} is "${printable(text).slice(0, 60)}", which makes no sense there`,
      remedy: `set it to ${parsed.expected}`,
    });
    return undefined;
  };
}

function parseModel(text: string): Parsed<string> {
  return /\s/.test(text)
    ? { expected: "the name of one model, as its runtime has it" }
    : { value: text };
}

function parseTemperature(text: string): Parsed<number> {
  const value = Number(text);
  return value >= 0 && value <= 2 ? { value } : { expected: "a number from 0 to 2, such as 0.7" };
}

/** Ollama's grammar: a Go duration or a number of seconds, below zero for ever. */
function parseKeepAlive(text: string): Parsed<string> {
  const known = /^[+-]?(\d+|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text);
  return known ? { value: text } : { expected: "a length of time: 30m, 1h30m, or -1 for ever" };
}

function parseBudget(text: string): Parsed<number> {
  const value = parseByteSize(text);
  return value === undefined ? { expected: "a size: 45GB, or a number of bytes" } : { value };
}

function parseDirectory(text: string): Parsed<string> {
  return text.startsWith("/") ? { value: text } : { expected: "an absolute path" };
}

function parseTokens(text: string): Parsed<number> {
  const value = /^\d+$/.test(text) ? Number(text) : 0;
  return value > 0 ? { value } : { expected: "a number of tokens: 4096" };
}
