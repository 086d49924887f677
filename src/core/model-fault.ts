/**
 * What a runtime says went wrong with a model, in our words. Each runtime says it in its own, and
 * Ollama in two: since 0.30 it runs llama-server as a child and hands its words on.
 */
import type { ErrorCode, Problem } from "./error.ts";
import { nearestName } from "./nearest-name.ts";
import { type RuntimeKind, runtimeTitles } from "./runtime.ts";
import { printable } from "./text.ts";

export type FaultyModel = {
  /** Its name at the runtime. */
  readonly model: string;
  readonly kind: RuntimeKind;
  /** The runtime's id, for commands that name the model in full. */
  readonly runtime?: string | undefined;
  /** Names of what is installed: the nearest one may have been meant. */
  readonly installed?: readonly string[] | undefined;
  /** Whether the runtime fetches models when asked to; it does unless this is false. */
  readonly fetches?: boolean | undefined;
};

type Fault = { readonly code: ErrorCode; readonly message: string; readonly remedy: string };

type Shown = {
  readonly model: string;
  readonly title: string;
  /** Where its log is. */
  readonly log: string;
  /** As our commands take it. */
  readonly fullName: string;
  readonly nearest: string | undefined;
  readonly fetches: boolean;
};

/** The words of a runtime about one of its models, as a problem; the words themselves are its detail. */
export function modelFault(text: string, about: FaultyModel): Problem {
  const known = knownModelFault(text, about);
  if (known) return known;
  const shown = shownOf(about);
  const words = wordsOf(text);
  return {
    code: "model/failed",
    message: `${shown.title} failed with ${shown.model}: ${words.slice(0, 200) || "no reason given"}`,
    remedy: `look at the log of ${shown.title}: ${shown.log}`,
    detail: words.slice(0, 500),
  };
}

/** Undefined where the words are none of a runtime's that are known. */
export function knownModelFault(text: string, about: FaultyModel): Problem | undefined {
  const words = wordsOf(text);
  for (const { when, fault } of ladder) {
    const found = when.exec(words);
    if (found) return { ...fault(shownOf(about), found), detail: words.slice(0, 500) };
  }
  return undefined;
}

function wordsOf(text: string): string {
  return printable(text.slice(0, 4000)).trim();
}

function shownOf(about: FaultyModel): Shown {
  return {
    model: short(about.model),
    title: runtimeTitles[about.kind],
    log: logs[about.kind],
    fullName: short(about.runtime ? `${about.runtime}/${about.model}` : about.model),
    nearest: nearest(about),
    fetches: about.fetches !== false,
  };
}

/** How their own manuals say to read it. */
const logs: Readonly<Record<RuntimeKind, string>> = {
  ollama: "`journalctl -u ollama -e`, on a Mac ~/.ollama/logs/server.log",
  lmstudio: "`lms log stream`",
  mlx: "what mlx_lm.server prints where it runs",
  "llama-server": "what it prints where it runs",
  "llama-swap": "/logs below its address",
  openai: "what it prints where it runs",
};

/** Ollama's own list of what its runners say when memory runs out, of all makers of GPUs. */
const outOfMemory =
  /out of (device )?memory|outofmemory|cudaMalloc failed|hipMalloc failed|failed to allocate|allocation failed|not enough memory|insufficient (memory|system resources)|vk_error_out_of_device_memory/i;

const smaller =
  "pick a smaller model or a smaller context, or unload another one: `ai-rules models`";

const ladder: readonly {
  readonly when: RegExp;
  readonly fault: (shown: Shown, found: RegExpExecArray) => Fault;
}[] = [
  {
    // Ollama up to 0.24.
    when: /requires more system memory \(([^)]+)\) than is available \(([^)]+)\)/i,
    fault: ({ model }, [, needs = "", has = ""]) => memoryFault(model, `${needs}, ${has} are free`),
  },
  {
    // MLX in Ollama.
    when: /model requires (.+?) but only (.+?) (?:are|is) available/i,
    fault: ({ model }, [, needs = "", has = ""]) => memoryFault(model, `${needs}, ${has} are free`),
  },
  {
    // LM Studio's guardrail.
    when: /insufficient system resources.*?requires approximately ([\d.,]+ ?[KMGT]i?B)/i,
    fault: ({ model }, [, needs = ""]) => memoryFault(model, `about ${needs}`),
  },
  { when: outOfMemory, fault: ({ model }) => memoryFault(model) },
  {
    when: /server busy|maximum pending requests/i,
    fault: ({ title }) => ({
      code: "model/queue-full",
      message: `${title} has too many requests waiting`,
      remedy: "wait until it has answered some, or raise OLLAMA_MAX_QUEUE where it runs",
    }),
  },
  {
    when: /timed out waiting for .*to start/i,
    fault: ({ model, title }) => ({
      code: "model/load-stalled",
      message: `${title} gave up loading ${model}: it took too long`,
      remedy: "load it again, or raise OLLAMA_LOAD_TIMEOUT where it runs",
    }),
  },
  {
    when: /incompatible with your version|requires a newer version|unknown model architecture/i,
    fault: ({ model, title, fullName }) => ({
      code: "model/incompatible",
      message: `${model} and this version of ${title} do not fit together`,
      remedy: `update ${title}, then fetch the model anew: \`ai-rules models pull ${fullName}\``,
    }),
  },
  {
    when: /does not support tools/i,
    fault: ({ model }) => ({
      code: "model/no-tools",
      message: `${model} cannot call tools, which an agent has to`,
      remedy: "pick a model that can: `ai-rules models` lists them",
    }),
  },
  {
    when: /does not support (generate|chat|completions?)\b/i,
    fault: ({ model }) => ({
      code: "model/no-chat",
      message: `${model} does not answer chats: it is for embeddings or for images`,
      remedy: "pick another model: `ai-rules models` lists them",
    }),
  },
  {
    when: /prompt is longer than the context|exceed_context_size_error|exceeds the available context size/i,
    fault: ({ model }) => ({
      code: "model/context-full",
      message: `the conversation is longer than the context ${model} is loaded with`,
      remedy: "load it with a larger context: `ai-rules models`",
    }),
  },
  {
    when: /file does not exist|repository not found/i,
    fault: ({ model, title }) => ({
      code: "model/not-in-library",
      message: `there is no ${model} that ${title} could fetch`,
      remedy: "check the name in the library of models",
    }),
  },
  {
    when: /no space left|disk (is )?full|not enough (disk )?space/i,
    fault: ({ model }) => ({
      code: "model/disk-full",
      message: `there is no room on the disk for ${model}`,
      remedy: "remove a model you do not need, then fetch it again: it goes on where it stopped",
    }),
  },
  {
    when: /no such host|dial tcp|max retries exceeded|TLS handshake timeout|network is unreachable/i,
    fault: ({ model, title, fullName }) => ({
      code: "model/download-failed",
      message: `${title} cannot reach the place ${model} comes from`,
      remedy: `check its network, then go on: \`ai-rules models pull ${fullName}\``,
    }),
  },
  {
    when: /runner has unexpectedly stopped|process no longer running|process has terminated|runner process .*terminated|failed to load|model has crashed|exit(ed with)? code/i,
    fault: ({ model, title, log }) => ({
      code: "model/runner-crashed",
      message: `the process that runs ${model} has ended unexpectedly`,
      remedy: `a smaller context or model may help; the log of ${title}: ${log}`,
    }),
  },
  {
    when: /client connection closed before|aborting load/i,
    fault: ({ model }) => ({
      code: "model/cancelled",
      message: `loading ${model} was cancelled`,
      remedy: "load it again when you want it",
    }),
  },
  {
    when: /loading model/i,
    fault: ({ title }) => ({
      code: "model/still-loading",
      message: `${title} is still loading a model`,
      remedy: "wait until it is loaded",
    }),
  },
  {
    when: /not found|no such model|unknown model|does not exist|could not find|invalid model identifier/i,
    fault: notFound,
  },
];

function memoryFault(model: string, needs?: string): Fault {
  return {
    code: "model/out-of-memory",
    message: `${model} does not fit into memory${needs ? `: it needs ${printable(needs)}` : ""}`,
    remedy: smaller,
  };
}

function notFound({ model, title, fullName, nearest: other, fetches }: Shown): Fault {
  const list = "`ai-rules models` lists what is there";
  return {
    code: "model/not-found",
    message: `${title} has no model ${model}${other ? `; did you mean ${other}?` : ""}`,
    remedy: fetches ? `fetch it: \`ai-rules models pull ${fullName}\`; ${list}` : list,
  };
}

function nearest({ model, installed = [] }: FaultyModel): string | undefined {
  const name = nearestName(
    model.slice(0, 300),
    installed.filter((each) => each !== model),
  );
  return name === undefined ? undefined : short(name);
}

/** A name from outside, fit for one line. */
function short(name: string): string {
  const clean = printable(name);
  return clean.length > 80 ? `${clean.slice(0, 79)}…` : clean;
}
