/**
 * Settings that earlier projects kept for MLX in a YAML file of their own, `mlx_gpu_config.yml`, as
 * settings of ai-rules. How such a file is laid out was never said: keys may be nested or flat, in
 * snake or camel case, with or without MLX in front, as in the variables of the guide. What is not
 * understood is told, key by key. The parser of YAML takes its time to load: import this file only
 * when there is such a file.
 */
import { parseDocument, type YAMLError } from "yaml";
import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";
import { type Entry, entriesOf } from "./mlx-config-entries.ts";
import { readEntries, type TranslatedMlx } from "./mlx-config-settings.ts";

export type { TranslatedMlx };

/** No person writes more settings than that; in characters. */
const longest = 64 * 1024;

/** The `runtimes` part of ai-rules.json that the file amounts to, and what of it could not be read. */
export function translateMlxConfig(
  text: string,
  file = "mlx_gpu_config.yml",
): TranslatedMlx | Problem {
  if (text.length > longest) return tooLong(file);
  const entries = parse(text, file);
  return "code" in entries ? entries : readEntries(entries.found);
}

function parse(text: string, file: string): { readonly found: readonly Entry[] } | Problem {
  try {
    const document = parseDocument(text, { logLevel: "error", merge: true });
    const [error] = document.errors;
    if (error) return noYaml(file, error);
    // Aliases of aliases can stand for more than any memory holds: the parser counts them.
    const value: unknown = document.toJS({ mapAsMap: true, maxAliasCount: 100 });
    if (value instanceof Map || value === null) return { found: entriesOf(value ?? new Map()) };
    return noSettings(file);
  } catch (error) {
    return unreadable(file, error);
  }
}

function tooLong(file: string): Problem {
  return {
    code: "settings/mlx-config",
    message: `${printable(file)} is too long for settings`,
    remedy: "write what is needed of it into ai-rules.json",
    position: { file },
  };
}

function noSettings(file: string): Problem {
  return {
    code: "settings/mlx-config",
    message: `${printable(file)} holds no settings`,
    remedy: "write keys with values into it, or remove it",
    position: { file },
  };
}

function noYaml(file: string, { message, linePos }: YAMLError): Problem {
  // Behind the place stands the line itself.
  const [what = ""] = message.split(/ at line \d/);
  const [start] = linePos ?? [];
  return {
    code: "settings/mlx-config",
    message: `${printable(file)} is no YAML: ${printable(what)}`,
    remedy: "correct it, or remove it; tabs do not indent in YAML",
    position: start ? { file, line: start.line, column: start.col } : { file },
  };
}

/** An alias of nothing, too many of them, or more nesting than there is stack. */
function unreadable(file: string, error: unknown): Problem {
  const why = error instanceof Error ? error.message : String(error);
  return {
    code: "settings/mlx-config",
    message: `${printable(file)} cannot be read: ${printable(why)}`,
    remedy: "write it without aliases and without deep nesting",
    position: { file },
  };
}
