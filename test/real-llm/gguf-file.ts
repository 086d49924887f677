/** Writes GGUF version 3, the file format of llama.cpp's models (ggml's docs/gguf.md). */

/** A value with its type; GGUF knows more types than a small model needs. */
export type GgufValue =
  | { readonly type: "u32" | "f32"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "i32s" | "f32s"; readonly value: readonly number[] };

export type GgufTensor = {
  readonly name: string;
  /** The first dimension is the one whose elements lie side by side. */
  readonly dimensions: readonly number[];
  readonly data: Float32Array;
};

/** Numbers of the value types, and of F32 among the tensor types. */
const valueTypes = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const tensorTypeF32 = 0;

/** `general.alignment` unless the file says otherwise. */
const alignment = 32;

/** The bytes of a file with this metadata and these F32 tensors. */
export function ggufFile(
  metadata: Readonly<Record<string, GgufValue>>,
  tensors: readonly GgufTensor[],
): Buffer {
  const entries = Object.entries(metadata);
  const head = Buffer.concat([
    Buffer.from("GGUF"),
    u32(3),
    u64(tensors.length),
    u64(entries.length),
    ...entries.map(([key, value]) => Buffer.concat([string(key), valueBytes(value)])),
    ...tensorHeads(tensors),
  ]);
  return Buffer.concat([padded(head), ...tensors.map(({ data }) => padded(bytesOf(data)))]);
}

function tensorHeads(tensors: readonly GgufTensor[]): readonly Buffer[] {
  let offset = 0;
  return tensors.map(({ name, dimensions, data }) => {
    const head = [
      string(name),
      u32(dimensions.length),
      ...dimensions.map(u64),
      u32(tensorTypeF32),
      u64(offset),
    ];
    offset += aligned(data.byteLength);
    return Buffer.concat(head);
  });
}

function valueBytes(value: GgufValue): Buffer {
  switch (value.type) {
    case "u32":
      return Buffer.concat([u32(valueTypes.u32), u32(value.value)]);
    case "f32":
      return Buffer.concat([u32(valueTypes.f32), f32(value.value)]);
    case "bool":
      return Buffer.concat([u32(valueTypes.bool), Buffer.from([Number(value.value)])]);
    case "string":
      return Buffer.concat([u32(valueTypes.string), string(value.value)]);
    case "strings":
      return array(valueTypes.string, value.value.map(string));
    case "i32s":
      return array(valueTypes.i32, value.value.map(i32));
    case "f32s":
      return array(valueTypes.f32, value.value.map(f32));
    default:
      return value satisfies never;
  }
}

function array(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(valueTypes.array), u32(type), u64(items.length), ...items]);
}

function string(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** GGUF is little-endian, as every machine is on which this runs. */
function bytesOf(data: Float32Array): Buffer {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(aligned(bytes.length) - bytes.length)]);
}

function aligned(size: number): number {
  return Math.ceil(size / alignment) * alignment;
}
