/**
 * A real model for llama.cpp (llama architecture, F32, about 3 MB) that answers from a script: no
 * download, no training, the same words every time.
 *
 * The trick: token embeddings are the identity, the one block's attention and feed-forward weights
 * are zero, so what reaches the output matrix is the last token alone. That matrix is then a table
 * "after this token comes that one". Each piece of an answer is a token of its own and stands for its
 * place in the script; therefore a piece may occur only once.
 */
import { type GgufTensor, type GgufValue, ggufFile } from "./gguf-file.ts";

/** What a model answers, in pieces: text, or a tool call. */
export type Script =
  | { readonly type: "say"; readonly pieces: readonly string[] }
  | {
      readonly type: "call";
      readonly tool: string;
      readonly arguments: Readonly<Record<string, unknown>>;
      /** Said once the tool is done. */
      readonly closing: readonly string[];
    };

/** The token that opens a tool call; llama.cpp and the server look for it. */
const callOpen = "<tool_call>";

/** How much of each message reaches the model: its answer does not depend on it. */
const keptCharacters = 40;

const contextLength = 32_768;

/** Token types of `tokenizer.ggml.token_type`. */
const kinds = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** The bytes of a GGUF file. Throws when a piece occurs twice. */
export function tinyGguf(name: string, script: Script): Buffer {
  const answer = script.type === "say" ? script.pieces : callPieces(script);
  const closing = script.type === "say" ? [" Done", " again."] : script.closing;
  const pieces = [...answer, ...closing];
  if (new Set(pieces).size !== pieces.length)
    throw new Error(`a piece occurs twice in the script of ${name}: ${pieces.join("|")}`);
  const vocabulary = makeVocabulary(pieces);
  const table = makeTable(vocabulary, answer, closing);
  return ggufFile(metadata(name, vocabulary), tensors(vocabulary, table));
}

/** Hermes' form of a tool call, which llama.cpp recognises by itself. */
function callPieces(script: Extract<Script, { type: "call" }>): readonly string[] {
  const values = JSON.stringify(script.arguments);
  const head = `\n{"name": "${script.tool}", `;
  return [callOpen, head, '"arguments": ', values, "}", "\n</tool_call>"];
}

type Vocabulary = {
  readonly tokens: readonly string[];
  readonly kinds: readonly number[];
  readonly scores: readonly number[];
  indexOf(token: string): number;
};

function makeVocabulary(pieces: readonly string[]): Vocabulary {
  const entries = new Map<string, { kind: number; score: number }>();
  const add = (token: string, kind: number, score = 0): void => {
    if (!entries.has(token)) entries.set(token, { kind, score });
  };
  add("<unk>", kinds.unknown);
  for (const token of ["<s>", "</s>"]) add(token, kinds.control);
  for (let byte = 0; byte < 256; byte++) add(byteToken(byte), kinds.byte);
  for (const role of ["system", "user", "tool", "assistant", "after_tool", "end"])
    add(`<|${role}|>`, kinds.control);
  for (const piece of pieces) add(piece, kinds.userDefined);
  // "▁" is the space of a SentencePiece vocabulary; then all of printable ASCII.
  add("\u2581", kinds.normal, -1);
  for (let code = 33; code < 127; code++) add(String.fromCharCode(code), kinds.normal, -2);
  while (entries.size % 32 !== 0) add(`<pad${entries.size}>`, kinds.unused);

  const tokens = [...entries.keys()];
  const values = [...entries.values()];
  return {
    tokens,
    kinds: values.map(({ kind }) => kind),
    scores: values.map(({ score }) => score),
    indexOf: (token) => tokens.indexOf(token),
  };
}

function byteToken(byte: number): string {
  return `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`;
}

/** For each token of the script, and for what opens an answer, the token that follows. */
function makeTable(
  vocabulary: Vocabulary,
  answer: readonly string[],
  closing: readonly string[],
): ReadonlyMap<number, number> {
  const chains = [
    ["<|assistant|>", ...answer, "<|end|>"],
    ["<|after_tool|>", ...closing, "<|end|>"],
  ];
  const links = chains.flatMap((chain) =>
    chain
      .slice(1)
      .map((token, index): [number, number] => [
        vocabulary.indexOf(chain[index] ?? ""),
        vocabulary.indexOf(token),
      ]),
  );
  return new Map(links);
}

/** Four heads, two of them for keys and values, and a narrow feed-forward: all of it zero. */
const heads = { all: 4, keyValue: 2, feedForward: 32 } as const;

function tensors(
  vocabulary: Vocabulary,
  table: ReadonlyMap<number, number>,
): readonly GgufTensor[] {
  const size = vocabulary.tokens.length;
  const keyValue = (size / heads.all) * heads.keyValue;
  return [
    filled("token_embd.weight", [size, size], (data) => {
      for (let token = 0; token < size; token++) data[token * size + token] = 1;
    }),
    filled("output_norm.weight", [size], (data) => data.fill(1)),
    filled("output.weight", [size, size], (data) => fillTable(data, vocabulary, table)),
    filled("blk.0.attn_norm.weight", [size], (data) => data.fill(1)),
    filled("blk.0.attn_q.weight", [size, size]),
    filled("blk.0.attn_k.weight", [size, keyValue]),
    filled("blk.0.attn_v.weight", [size, keyValue]),
    filled("blk.0.attn_output.weight", [size, size]),
    filled("blk.0.ffn_norm.weight", [size], (data) => data.fill(1)),
    filled("blk.0.ffn_gate.weight", [size, heads.feedForward]),
    filled("blk.0.ffn_up.weight", [size, heads.feedForward]),
    filled("blk.0.ffn_down.weight", [heads.feedForward, size]),
  ];
}

function filled(
  name: string,
  dimensions: readonly number[],
  fill?: (data: Float32Array) => void,
): GgufTensor {
  const data = new Float32Array(dimensions.reduce((product, each) => product * each, 1));
  fill?.(data);
  return { name, dimensions, data };
}

/** A token outside the script ends the answer, but with less weight than the script has. */
function fillTable(
  data: Float32Array,
  vocabulary: Vocabulary,
  table: ReadonlyMap<number, number>,
): void {
  const size = vocabulary.tokens.length;
  const end = vocabulary.indexOf("<|end|>");
  for (let token = 0; token < size; token++) {
    const next = table.get(token);
    data[(next ?? end) * size + token] = next === undefined ? 1 : 2;
  }
}

function metadata(name: string, vocabulary: Vocabulary): Readonly<Record<string, GgufValue>> {
  const size = vocabulary.tokens.length;
  return {
    "general.architecture": { type: "string", value: "llama" },
    "general.name": { type: "string", value: name },
    "general.file_type": { type: "u32", value: 0 },
    "general.quantization_version": { type: "u32", value: 2 },
    "llama.block_count": { type: "u32", value: 1 },
    "llama.context_length": { type: "u32", value: contextLength },
    "llama.embedding_length": { type: "u32", value: size },
    "llama.feed_forward_length": { type: "u32", value: heads.feedForward },
    "llama.attention.head_count": { type: "u32", value: heads.all },
    "llama.attention.head_count_kv": { type: "u32", value: heads.keyValue },
    "llama.attention.layer_norm_rms_epsilon": { type: "f32", value: 1e-5 },
    "llama.rope.dimension_count": { type: "u32", value: size / heads.all },
    "llama.rope.freq_base": { type: "f32", value: 10_000 },
    "llama.vocab_size": { type: "u32", value: size },
    "tokenizer.ggml.model": { type: "string", value: "llama" },
    "tokenizer.ggml.pre": { type: "string", value: "default" },
    "tokenizer.ggml.tokens": { type: "strings", value: vocabulary.tokens },
    "tokenizer.ggml.scores": { type: "f32s", value: vocabulary.scores },
    "tokenizer.ggml.token_type": { type: "i32s", value: vocabulary.kinds },
    "tokenizer.ggml.bos_token_id": { type: "u32", value: vocabulary.indexOf("<s>") },
    "tokenizer.ggml.eos_token_id": { type: "u32", value: vocabulary.indexOf("<|end|>") },
    "tokenizer.ggml.unknown_token_id": { type: "u32", value: 0 },
    "tokenizer.ggml.add_bos_token": { type: "bool", value: true },
    "tokenizer.ggml.add_space_prefix": { type: "bool", value: false },
    "tokenizer.chat_template": { type: "string", value: chatTemplate },
  };
}

/**
 * Puts a chat into the model's words (Jinja). Long prompts are cut, so that ten thousand tokens of
 * an agent's instructions cost nothing; after a tool's result the closing words begin.
 */
export const chatTemplate = `{%- if tools -%}<|system|># Tools
<tools>
{%- for tool in tools %}
{{ tool.function.name }}
{%- endfor %}
</tools>
For each function call, return a json object within <tool_call></tool_call> tags:
<tool_call>
{"name": <function-name>, "arguments": <args-json-object>}
</tool_call><|end|>{%- endif -%}
{%- for message in messages -%}
{{ '<|' + message.role + '|>' }}
{%- if message.content is string -%}{{ message.content[:${keptCharacters}] }}{%- endif -%}
{%- if message.tool_calls -%}{%- for call in message.tool_calls -%}
{{ '<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' }}
{%- endfor -%}{%- endif -%}<|end|>
{%- endfor -%}
{%- if add_generation_prompt -%}
{%- if messages and messages[-1].role == 'tool' -%}<|after_tool|>{%- else -%}<|assistant|>{%- endif -%}
{%- endif -%}`;
