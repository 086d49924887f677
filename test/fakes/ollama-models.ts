/** Models as an Ollama has them, and the shapes in which its versions tell of them. */

export type OllamaModel = {
  /** With its tag: "qwen3-coder:30b". */
  readonly name: string;
  readonly digest: string;
  /** The file of its weights; models that are made of one another have the same. */
  readonly blob: string;
  readonly sizeBytes: number;
  readonly family: string;
  readonly parameters: string;
  readonly quantization: string;
  readonly capabilities: readonly string[];
  readonly maxContext: number;
  /** The `num_ctx` of its modelfile. */
  readonly numCtx?: number;
  readonly parent?: string;
  /** It is served from there. */
  readonly remoteHost?: string;
  readonly layers: number;
  readonly heads: number;
  /** Per layer where they differ; such a list is left out of `show` unless it is verbose. */
  readonly kvHeads: number | readonly number[];
  readonly width: number;
  /** More keys of `model_info`, without the family before them. */
  readonly info?: Readonly<Record<string, unknown>>;
};

/** A model with what a test does not care about filled in. */
export function ollamaModel(given: Partial<OllamaModel> & { readonly name: string }): OllamaModel {
  const plain = given.name.replace(/[^a-z0-9]/gi, "-");
  return {
    digest: hex(`digest ${given.name}`),
    blob: `sha256-${hex(`blob ${plain}`)}`,
    sizeBytes: 5_000_000_000,
    family: "llama",
    parameters: "8.0B",
    quantization: "Q4_K_M",
    capabilities: ["completion", "tools"],
    maxContext: 131_072,
    layers: 32,
    heads: 32,
    kvHeads: 8,
    width: 4096,
    ...given,
  };
}

/** A model of another one, as `/api/create` makes it: the same blob, a context of its own. */
export function derivedModel(base: OllamaModel, name: string, numCtx: number): OllamaModel {
  return { ...base, name, digest: hex(`digest ${name} ${numCtx}`), parent: base.name, numCtx };
}

const coder = ollamaModel({
  name: "qwen3-coder:30b",
  sizeBytes: 18_556_700_761,
  family: "qwen3moe",
  parameters: "30.5B",
  maxContext: 262_144,
  layers: 48,
  heads: 32,
  kvHeads: 4,
  width: 2048,
  info: { "attention.key_length": 128, "attention.value_length": 128, expert_count: 128 },
});

/** One of each kind: with tools, without, derived, embedding, served elsewhere, with unlike layers. */
export const defaultOllamaModels: readonly OllamaModel[] = [
  coder,
  derivedModel(coder, "qwen3-coder:30b-ctx64k", 65_536),
  ollamaModel({
    name: "llama3.1:8b",
    sizeBytes: 4_920_753_328,
    parameters: "8.0B",
  }),
  ollamaModel({
    name: "deepseek-coder-v2:16b",
    sizeBytes: 8_905_126_121,
    family: "deepseek2",
    parameters: "15.7B",
    quantization: "Q4_0",
    capabilities: ["completion", "insert"],
    maxContext: 163_840,
    layers: 27,
    heads: 16,
    kvHeads: 16,
    width: 2048,
    info: { "attention.key_length": 192, "attention.value_length": 128 },
  }),
  ollamaModel({
    name: "gemma3:latest",
    sizeBytes: 3_338_801_804,
    family: "gemma3",
    parameters: "4.3B",
    capabilities: ["completion", "vision"],
    layers: 4,
    heads: 8,
    kvHeads: [4, 4, 0, 4],
    width: 2560,
    info: {
      "attention.key_length": 256,
      "attention.value_length": 256,
      "attention.sliding_window": 1024,
    },
  }),
  ollamaModel({
    name: "nomic-embed-text:latest",
    sizeBytes: 274_302_450,
    family: "nomic-bert",
    parameters: "137M",
    quantization: "F16",
    capabilities: ["embedding"],
    maxContext: 2048,
    layers: 12,
    heads: 12,
    kvHeads: 12,
    width: 768,
    info: { pooling_type: 1 },
  }),
  ollamaModel({
    name: "gpt-oss:120b-cloud",
    sizeBytes: 384,
    family: "gptoss",
    parameters: "116.8B",
    quantization: "MXFP4",
    capabilities: ["completion", "tools", "thinking"],
    remoteHost: "https://ollama.com:443",
  }),
];

/** What a version can do, from its number. */
export type OllamaVersion = {
  readonly text: string;
  /** From 0.30 on: llama-server runs the models, tags tell more, a load is not in ps. */
  readonly isNew: boolean;
  readonly showsCapabilities: boolean;
  readonly psTellsContext: boolean;
  /** From 0.15.5 on the context goes by the GPU's memory. */
  readonly tieredContext: boolean;
};

export function ollamaVersion(text: string): OllamaVersion {
  const from = (minor: number, patch = 0) => {
    const [, major = 0, ownMinor = 0, ownPatch = 0] = (/^(\d+)\.(\d+)\.(\d+)/.exec(text) ?? []).map(
      Number,
    );
    if (major > 0 || ownMinor !== minor) return major > 0 || ownMinor > minor;
    return ownPatch >= patch;
  };
  return {
    text,
    isNew: from(30),
    showsCapabilities: from(6, 4),
    psTellsContext: from(12),
    tieredContext: from(15, 5),
  };
}

/** The name as a version shows it: from 0.30 on without ":latest". */
export function shownName(name: string, { isNew }: OllamaVersion): string {
  return isNew ? name.replace(/:latest$/, "") : name;
}

/** Ollama compares names without regard to case, and adds ":latest" where there is no tag. */
export function sameOllamaName(a: string, b: string): boolean {
  const whole = (name: string) =>
    (name.split("/").at(-1)?.includes(":") ? name : `${name}:latest`).toLowerCase();
  return whole(a) === whole(b);
}

/** A row of `/api/tags`. */
export function tagOf(model: OllamaModel, version: OllamaVersion): unknown {
  const name = shownName(model.name, version);
  return {
    name,
    model: name,
    ...remoteOf(model),
    modified_at: "2026-08-01T10:00:00.123456789Z",
    size: model.sizeBytes,
    digest: model.digest,
    details: {
      ...detailsOf(model),
      parent_model: "",
      ...(version.isNew ? { context_length: model.maxContext, embedding_length: model.width } : {}),
    },
    ...(version.isNew ? { capabilities: model.capabilities } : {}),
  };
}

/** The answer of `/api/show`. */
export function showOf(model: OllamaModel, version: OllamaVersion, verbose: boolean): unknown {
  const { family } = model;
  const prefixed = Object.entries({ ...architectureOf(model, verbose), ...model.info });
  const numCtx = model.numCtx === undefined ? [] : [`${"num_ctx".padEnd(30)} ${model.numCtx}`];
  const parameters = [...numCtx, `${"stop".padEnd(30)} "<|im_end|>"`];
  return {
    modelfile: modelfileOf(model),
    parameters: parameters.join("\n"),
    template: model.capabilities.includes("tools")
      ? "{{- if .Tools }}# Tools{{ range .Tools }}{{ . }}{{ end }}{{ end }}{{ .Prompt }}"
      : "{{ .Prompt }}",
    details: { ...detailsOf(model), parent_model: model.parent ?? "" },
    ...remoteOf(model),
    model_info: {
      "general.architecture": family,
      "general.parameter_count": Math.round(Number.parseFloat(model.parameters) * 1e9),
      ...Object.fromEntries(prefixed.map(([key, value]) => [`${family}.${key}`, value])),
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.tokens": verbose ? ["<s>", "</s>", "a"] : null,
    },
    ...(version.showsCapabilities ? { capabilities: model.capabilities } : {}),
    modified_at: "2026-08-01T10:00:00Z",
  };
}

/** Details that tags, ps and show have in common. */
export function detailsOf(model: OllamaModel): object {
  return {
    format: "gguf",
    family: model.family,
    families: [model.family],
    parameter_size: model.parameters,
    quantization_level: model.quantization,
  };
}

/** Bytes that one token of context takes, with keys and values in 16 bits. */
export function tokenBytes(model: OllamaModel): number {
  const { kvHeads, layers, width, heads, info } = model;
  const all = typeof kvHeads === "number" ? Array.from({ length: layers }, () => kvHeads) : kvHeads;
  const length = (key: string) => Number(info?.[`attention.${key}_length`] ?? width / heads);
  return all.reduce((bytes, count) => bytes + count * (length("key") + length("value")) * 2, 0);
}

function architectureOf(model: OllamaModel, verbose: boolean): Readonly<Record<string, unknown>> {
  const { kvHeads } = model;
  return {
    "attention.head_count": model.heads,
    "attention.head_count_kv": typeof kvHeads === "number" || verbose ? kvHeads : null,
    block_count: model.layers,
    context_length: model.maxContext,
    embedding_length: model.width,
  };
}

function modelfileOf(model: OllamaModel): string {
  const from = model.remoteHost
    ? model.name
    : `/usr/share/ollama/.ollama/models/blobs/${model.blob}`;
  return [
    '# Modelfile generated by "ollama show"',
    "# To build a new Modelfile based on this, replace FROM with:",
    `# FROM ${model.name}`,
    "",
    `FROM ${from}`,
    'TEMPLATE """{{ .Prompt }}"""',
  ].join("\n");
}

function remoteOf({ name, remoteHost }: OllamaModel): object {
  return remoteHost ? { remote_model: name.replace(/-cloud$/, ""), remote_host: remoteHost } : {};
}

/** 64 hexadecimal digits that depend on the text (FNV-1a, eight times). */
function hex(text: string): string {
  return Array.from({ length: 8 }, (_, seed) => {
    let hash = 0x811c9dc5 ^ seed;
    for (const letter of text) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, "0");
  }).join("");
}
