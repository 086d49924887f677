/** What `--context` and `--keep-alive` say. */
import { parseContext } from "../core/context-size.ts";
import { AiRulesError } from "../core/error.ts";
import { printable } from "../core/text.ts";

/** Tokens of "--context 64k". Throws AiRulesError `usage/context`. */
export function readContext(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const context = parseContext(text);
  if (context !== undefined) return context;
  throw new AiRulesError({
    code: "usage/context",
    message: `"${printable(text)}" is no context`,
    remedy: "give a number of tokens: --context 65536, or --context 64k",
  });
}

/** As Ollama takes it: a Go duration or a number of seconds. Throws AiRulesError `usage/keep-alive`. */
export function readKeepAlive(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  if (/^(forever|for ever)$/i.test(text)) return "-1";
  if (/^[+-]?(\d+|((\d+(\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h))+)$/.test(text)) return text;
  throw new AiRulesError({
    code: "usage/keep-alive",
    message: `"${printable(text)}" is no length of time`,
    remedy: "give one: --keep-alive 30m, --keep-alive 1h30m, --keep-alive forever",
  });
}
