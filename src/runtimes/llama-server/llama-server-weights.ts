import type { AdapterContext } from "../adapter.ts";
import { isLoopback } from "../ip-address.ts";

/**
 * The size of a model's weights in bytes, from its file: what is not loaded, the server does not
 * tell. Undefined for a server on another machine and for a path that only the server can follow.
 */
export async function weightsBytes(
  { client, files }: AdapterContext,
  path: string | undefined,
): Promise<number | undefined> {
  if (!path?.startsWith("/") || !isLoopback(new URL(client.url).hostname)) return undefined;
  const sizes = await Promise.all(partsOf(path).map((part) => sizeOf(files, part)));
  return sizes.every((size) => size !== undefined)
    ? sizes.reduce((sum, size) => sum + size, 0)
    : undefined;
}

/** Large models are split: "…-00001-of-00003.gguf" names the first of three files. */
function partsOf(path: string): readonly string[] {
  const [, start, digits] = /^(.*)-\d{5}-of-(\d{5})\.gguf$/.exec(path) ?? [];
  if (start === undefined || digits === undefined) return [path];
  // No model has more parts than this; a name that says so is not believed.
  const count = Math.min(Number(digits), 500);
  const number = (index: number) => String(index + 1).padStart(5, "0");
  return Array.from({ length: count }, (_, index) => `${start}-${number(index)}-of-${digits}.gguf`);
}

async function sizeOf(files: AdapterContext["files"], path: string): Promise<number | undefined> {
  const status = await files.status(path);
  return status?.kind === "file" ? status.size : undefined;
}
