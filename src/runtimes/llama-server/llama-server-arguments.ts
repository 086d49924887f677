/**
 * What a llama-server was started with. A router tells it for each model before the model is loaded,
 * llama-swap for each one that runs; nothing else tells the context or the file of an idle model.
 */
export type LlamaArguments = {
  /** Tokens of one conversation. Absent: as long as the model was trained for. */
  readonly context?: number;
  /** The file of the weights. */
  readonly file?: string;
};

/** Reads an argument list, the program's own name in it or not. */
export function readLlamaArguments(args: readonly string[]): LlamaArguments {
  const context = contextOf(args);
  const file = valueOf(args, ["-m", "--model"]);
  return { ...(context ? { context } : {}), ...(file ? { file } : {}) };
}

/** Reads a command line; one that does not run llama-server itself tells nothing. */
export function readLlamaCommand(command: string): LlamaArguments {
  const words = [...command.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)].map(
    ([, double, single, plain]) => double ?? single ?? plain ?? "",
  );
  const program = words.findIndex((word) => /(^|[/\\])llama-server(\.exe)?$/i.test(word));
  return program === -1 ? {} : readLlamaArguments(words.slice(program + 1));
}

/**
 * With a number of slots that was asked for, each has its share of the context; slots that share one
 * cache, which is the default without a number, can each have all of it (measured on b11669).
 */
function contextOf(args: readonly string[]): number | undefined {
  const whole = countOf(valueOf(args, ["-c", "--ctx-size"]));
  const slots = countOf(valueOf(args, ["-np", "--parallel"])) ?? 1;
  const shared = args.some((word) => word === "--kv-unified" || word === "-kvu");
  return whole === undefined || shared ? whole : Math.floor(whole / slots);
}

/** The last one counts, as in llama.cpp. */
function valueOf(args: readonly string[], names: readonly string[]): string | undefined {
  const at = args.findLastIndex((word) => names.includes(word));
  return at === -1 ? undefined : args[at + 1];
}

function countOf(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d*$/.test(text) ? Number(text) : undefined;
}
