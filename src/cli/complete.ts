/**
 * `ai-rules __complete SHELL …`, which the completion scripts call: what could follow, one candidate a
 * line. Whatever goes wrong, nothing is said: a message would land in the middle of what is typed.
 */
import { createClock } from "../platform/clock.ts";
import { createFiles } from "../platform/files.ts";
import { describeHost } from "../platform/host.ts";
import { createNetwork } from "../platform/network.ts";
import { type CompletionRequest, readCompletion } from "./completion-request.ts";
import { directoriesMark } from "./completion-script.ts";
import type { ValuePorts, Values } from "./completion-values.ts";
import { bashReply, typedWords } from "./shell-words.ts";

/** The answer to `__complete ARGUMENTS`; empty when nothing is known. */
export async function complete(argv: readonly string[]): Promise<string> {
  try {
    const [shell, ...rest] = argv;
    const lines = shell === "bash" ? await bashLines(rest) : await wordLines(rest);
    return lines.map((line) => `${line}\n`).join("");
  } catch {
    return "";
  }
}

/** Bash tells the line as it is typed, up to the cursor, and at which characters it parts words. */
async function bashLines([line = "", wordBreaks = ""]: readonly string[]): Promise<
  readonly string[]
> {
  const typed = typedWords(line);
  const { candidates, directories } = await answer(typed.words.slice(1));
  const words = candidates.map(({ word }) => bashReply(word, typed, wordBreaks));
  return [...words, ...(directories ? [directoriesMark] : [])];
}

/** Zsh and fish tell the words, and show a candidate's help beside it. */
async function wordLines(words: readonly string[]): Promise<readonly string[]> {
  const { candidates, directories } = await answer(words);
  const lines = candidates.map(({ word, help }) => (help ? `${word}\t${help}` : word));
  return [...lines, ...(directories ? [directoriesMark] : [])];
}

async function answer(words: readonly string[]): Promise<Values> {
  const request = readCompletion(words);
  const { candidates, directories } = await valuesOf(request);
  const all = [
    ...request.words,
    ...candidates.map(({ word, help }) => ({ word: request.prefix + word, help })),
  ];
  const begin = request.prefix + request.typed;
  return { candidates: all.filter(({ word }) => word.startsWith(begin)), directories };
}

async function valuesOf(request: CompletionRequest): Promise<Values> {
  if (request.values.length === 0) return { candidates: [], directories: false };
  const { completionValues } = await import("./completion-values.ts");
  return completionValues(completionPorts(), request, process.cwd());
}

/** Only what is needed: loading the rest takes longer than all of the work. */
function completionPorts(): ValuePorts {
  const entries = Object.entries(process.env).map(([name, value]) => [name, value ?? ""]);
  return {
    clock: createClock(),
    files: createFiles(),
    network: createNetwork(),
    host: describeHost(),
    env: Object.fromEntries(entries),
  };
}
