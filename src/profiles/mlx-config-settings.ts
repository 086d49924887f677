/** What the values of an MLX settings file mean, as settings of ai-rules. */
import { parseByteSize } from "../core/byte-size.ts";
import { parseContext } from "../core/context-size.ts";
import { alwaysGpu, oneGpu } from "../core/mlx-facts.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import type { Quantization } from "../core/runtime-tuning.ts";
import { printable } from "../core/text.ts";
import { withoutUndefined } from "../core/without-undefined.ts";
import type { Entry, Unread } from "./mlx-config-entries.ts";
import { modelNames, type NamedModel, namedModels } from "./mlx-config-models.ts";

/** As it stands in `runtimes.mlx` of ai-rules.json. */
export type MlxSettings = {
  readonly url?: string;
  readonly enabled?: boolean;
  /** Bytes, or "45GB". */
  readonly memoryLimit?: number | string;
  readonly quantization?: Quantization;
  readonly batch?: PerMode;
  readonly temperature?: PerMode;
  readonly context?: PerMode;
  readonly maxTokens?: number;
  readonly modelsPath?: string;
  readonly models?: Readonly<Record<string, string>>;
};

type PerMode = Readonly<Partial<Record<AgentMode, number>>>;

export type TranslatedMlx = {
  /** The `runtimes` part. */
  readonly settings: { readonly mlx?: MlxSettings };
  readonly unread: readonly Unread[];
};

/** Reads them all; of two that say the same the first one counts. */
export function readEntries(entries: readonly Entry[]): TranslatedMlx {
  const reader = createReader();
  const models: NamedModel[] = [];
  for (const entry of entries) {
    const named = namedModels(entry);
    if (named) models.push(...named);
    else reader.read(entry);
  }
  const { said, unread } = reader;
  const named = modelNames(models, text(said.get("modelsPath")));
  const mlx = withoutUndefined({
    url: urlOf(said),
    enabled: flag(said.get("enabled")),
    memoryLimit: size(said.get("memoryLimit")),
    quantization: quantizationOf(said),
    batch: perMode(said, "batch"),
    temperature: perMode(said, "temperature"),
    context: perMode(said, "context"),
    maxTokens: number(said.get("maxTokens")),
    modelsPath: named.modelsPath,
    models: named.models,
  });
  const settings = Object.keys(mlx).length === 0 ? {} : { mlx };
  return { settings, unread: [...unread, ...named.unread] };
}

type Value = number | string | boolean;

/** A value, or what it should have been. */
type Parsed = { readonly value: Value } | { readonly expected: string };

type Rule = {
  /** Matches the words of a key, without those that name a mode. */
  readonly key: RegExp;
  readonly setting: Setting;
  readonly parse: (value: unknown, key: string) => Parsed;
};

type Setting =
  | Exclude<keyof MlxSettings, "quantization" | "models" | "url">
  | "url"
  | "host"
  | "port"
  | "bits"
  | "groupSize";

const perModeSettings: readonly Setting[] = ["batch", "temperature", "context"];

/** The first that matches counts. */
const rules: readonly Rule[] = [
  {
    key: /\b(models?|base) ?(path|dir|directory|folder|root)$/,
    setting: "modelsPath",
    parse: place,
  },
  {
    key: /\b(vram|memory|ram)( ?(limit|max|budget|cap|bytes|[gm]i?b))*$/,
    setting: "memoryLimit",
    parse: memory,
  },
  { key: /\bgroup ?size$/, setting: "groupSize", parse: oneOf([32, 64, 128]) },
  { key: /\b(bits?|quanti[sz]ation|quant)$/, setting: "bits", parse: oneOf([2, 3, 4, 5, 6, 8]) },
  {
    key: /\bbatch(es)?( ?sizes?)?$/,
    setting: "batch",
    parse: whole("a whole number from 1 on"),
  },
  { key: /\btemp(erature)?s?$/, setting: "temperature", parse: temperature },
  {
    key: /\b(context|ctx)( ?(length|len|size|window|tokens|limit))?$/,
    setting: "context",
    parse: tokens,
  },
  {
    key: /\b(max|output)( (output|new|completion))? ?tokens$/,
    setting: "maxTokens",
    parse: tokens,
  },
  { key: /^(server )?(url|endpoint|base ?url|address)$/, setting: "url", parse: place },
  { key: /^(server )?host( ?name)?$/, setting: "host", parse: place },
  { key: /^(server )?port$/, setting: "port", parse: whole("a port") },
  { key: /^enabled?$/, setting: "enabled", parse: truth },
];

/** Settings that nothing takes. */
const pointless: readonly { readonly key: RegExp; readonly why: string }[] = [
  { key: /\btensor ?parallel|\b(max|num) ?gpus?$|\bgpu count$|^gpus$/, why: oneGpu },
  { key: /\bacceleration$|\b(use|enable) gpu$|\bgpu( enabled)?$|\bmetal\b/, why: alwaysGpu },
  { key: /^(ollama|lm ?studio)\b/, why: "it says something of another runtime" },
];

type Said = ReadonlyMap<string, Value>;

function createReader() {
  const said = new Map<string, Value>();
  const from = new Map<string, string>();
  const unread: Unread[] = [];
  const leave = ({ key }: Entry, why: string) => unread.push({ key: printable(key), why });

  /** One value: of a mode, of all modes, or of the runtime. */
  function set(entry: Entry, slot: string, value: Value): void {
    const before = from.get(slot);
    if (before !== undefined) return void leave(entry, `${before} says it already`);
    from.set(slot, printable(entry.key));
    said.set(slot, value);
  }

  function read(entry: Entry): void {
    const mode = modeOf(entry);
    const name = entry.words.filter((word) => modeWords.get(word) === undefined).join(" ");
    const nothing = pointless.find(({ key }) => key.test(name));
    if (nothing) return void leave(entry, nothing.why);
    const rule = name === "" ? undefined : rules.find(({ key }) => key.test(name));
    if (!rule) return void leave(entry, "ai-rules has no such setting");
    const { setting } = rule;
    const isPerMode = perModeSettings.includes(setting);
    if (mode && !isPerMode) return void leave(entry, "ai-rules has it for all modes alike");
    const parsed = rule.parse(entry.value, name);
    if ("expected" in parsed)
      return void leave(entry, `expected ${parsed.expected}, got ${shown(entry.value)}`);
    set(entry, mode ? `${setting} ${mode}` : setting, parsed.value);
  }

  return { read, said, unread };
}

const modeWords: ReadonlyMap<string, AgentMode> = new Map([
  ...agentModes.map((mode) => [mode, mode] as const),
  ["planning", "plan"],
  ["building", "build"],
  ["reviewing", "review"],
]);

function modeOf({ words }: Entry): AgentMode | undefined {
  return words.map((word) => modeWords.get(word)).find((mode) => mode !== undefined);
}

/** What is said for one mode is stronger than what is said for all. */
function perMode(said: Said, setting: string): PerMode | undefined {
  const values = agentModes.flatMap((mode) => {
    const value = said.get(`${setting} ${mode}`) ?? said.get(setting);
    return typeof value === "number" ? [[mode, value]] : [];
  });
  return values.length === 0 ? undefined : Object.fromEntries(values);
}

function quantizationOf(said: Said): Quantization | undefined {
  const quantization = withoutUndefined({
    bits: number(said.get("bits")),
    groupSize: number(said.get("groupSize")),
  });
  return Object.keys(quantization).length === 0 ? undefined : quantization;
}

function urlOf(said: Said): string | undefined {
  const url = text(said.get("url"));
  const [host, port] = [text(said.get("host")), number(said.get("port"))];
  if (url !== undefined || (host === undefined && port === undefined)) return url;
  return `http://${host ?? "127.0.0.1"}:${port ?? 8080}`;
}

const text = (value: Value | undefined) => (typeof value === "string" ? value : undefined);
const number = (value: Value | undefined) => (typeof value === "number" ? value : undefined);
const flag = (value: Value | undefined) => (typeof value === "boolean" ? value : undefined);
const size = (value: Value | undefined) => (typeof value === "boolean" ? undefined : value);

/** A number below this is no number of bytes: nobody gives a model less than a kilobyte. */
const leastBytes = 1024;

/** "45GB", a number of bytes, or one of gigabytes where it is small or the key says so. */
function memory(value: unknown, key: string): Parsed {
  const written = plain(value);
  const unit = /\b([gm])i?b$/.exec(key)?.[1]?.toUpperCase();
  const count = Number(written);
  const isBare = written !== "" && Number.isFinite(count);
  const sized = isBare && (unit || count < leastBytes) ? `${written}${unit ?? "G"}B` : written;
  if (parseByteSize(sized) === undefined) return { expected: 'a size such as "45GB"' };
  return { value: isBare && sized === written ? count : sized };
}

function oneOf(values: readonly number[]) {
  return (value: unknown): Parsed => {
    // "4bit", "int4" and "q4" all say 4.
    const count = Number(/^(?:int|q)?(\d+)(?:[- ]?bits?)?$/i.exec(plain(value))?.[1]);
    return values.includes(count) ? { value: count } : { expected: `one of ${values.join(", ")}` };
  };
}

function whole(expected: string) {
  return (value: unknown): Parsed => {
    const written = plain(value);
    return /^[1-9]\d{0,8}$/.test(written) ? { value: Number(written) } : { expected };
  };
}

function temperature(value: unknown): Parsed {
  const written = plain(value);
  const degrees = Number(written);
  return written !== "" && degrees >= 0 && degrees <= 2
    ? { value: degrees }
    : { expected: "a number from 0 to 2" };
}

function tokens(value: unknown): Parsed {
  const count = parseContext(plain(value));
  return count === undefined ? { expected: "a number of tokens" } : { value: count };
}

function place(value: unknown): Parsed {
  const written = plain(value);
  return written === "" || written.includes("\0") ? { expected: "a text" } : { value: written };
}

function truth(value: unknown): Parsed {
  return typeof value === "boolean" ? { value } : { expected: "true or false" };
}

/** A text or a number as it is written; nothing for all else. */
function plain(value: unknown): string {
  if (typeof value === "string") return value.trim();
  return typeof value === "number" ? String(value) : "";
}

function shown(value: unknown): string {
  if (value instanceof Map) return "{}";
  return printable(JSON.stringify(value) ?? "nothing").slice(0, 60);
}
