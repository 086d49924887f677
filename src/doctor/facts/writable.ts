import { dirname, join } from "node:path";
import type { Ports } from "../../platform/ports.ts";

export type Place =
  | { readonly type: "writable" }
  /** `path`: a file stands where a directory is needed. */
  | { readonly type: "file"; readonly path: string }
  /** `path`: the directory that may not be written to, itself or one above it. */
  | { readonly type: "refused"; readonly path: string; readonly why: string };

/** Whether a directory can be written to; one that is not there yet, whether it could be made. */
export async function tryWriting(
  { files, randomText }: Pick<Ports, "files" | "randomText">,
  directory: string,
): Promise<Place> {
  const path = await nearestExisting(files, directory);
  const found = await files.status(path).catch(() => undefined);
  if (found && found.kind !== "directory") return { type: "file", path };
  const probe = join(path, `.ai-rules-probe-${randomText(6)}`);
  try {
    // To make a directory it takes the same right as to make a file.
    await files.writeAtomically(probe, "");
    await files.remove(probe);
    return { type: "writable" };
  } catch (error) {
    return { type: "refused", path, why: error instanceof Error ? error.message : String(error) };
  }
}

async function nearestExisting(files: Ports["files"], path: string): Promise<string> {
  const found = await files.status(path).catch(() => undefined);
  const above = dirname(path);
  return found !== undefined || above === path ? path : nearestExisting(files, above);
}
