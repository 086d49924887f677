/**
 * The fingerprint of a shell's definition: one key over the contents of all that its evaluation
 * reads as far as it can be seen without Nix. Equal keys mean: the cached shell can be used.
 *
 * Followed from flake.nix: relative paths that stand literally in .nix files. A directory stands
 * for its default.nix, flake.nix, flake.lock and the .nix files in it.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Files, Ports } from "../platform/ports.ts";
import { pathReferences } from "./path-references.ts";

export type Fingerprint = {
  readonly key: string;
  /** Digest by absolute path, in the order they were found; "absent" for what is not there. */
  readonly files: ReadonlyMap<string, string>;
};

export type ShellDefinition = {
  readonly root: string;
  readonly installable: string;
  readonly system: string;
  /** `NixProgram.identity`. */
  readonly nix: string;
};

/** Enough for any hand-written project; what lies beyond is not followed. */
const maxFiles = 500;
/** Larger files are named by size and time. */
const maxBytes = 1024 * 1024;

/** Reads the files that define a shell; undefined when there is no flake.nix. */
export async function fingerprint(
  { files }: Pick<Ports, "files">,
  definition: ShellDefinition,
): Promise<Fingerprint | undefined> {
  const digests = await digestAll(files, definition.root);
  if (digests.get(join(definition.root, "flake.nix")) === "absent") return undefined;
  const { installable, system, nix } = definition;
  const lines = [...digests].map(([path, digest]) => `${digest} ${path}`).sort();
  return { key: sha256([installable, system, nix, ...lines].join("\n")), files: digests };
}

/** Whether two fingerprints differ in nothing but the root's flake.lock, which Nix itself writes. */
export function sameButLock(before: Fingerprint, after: Fingerprint, root: string): boolean {
  const lock = join(root, "flake.lock");
  const paths = new Set([...before.files.keys(), ...after.files.keys()]);
  paths.delete(lock);
  return [...paths].every((path) => before.files.get(path) === after.files.get(path));
}

async function digestAll(files: Files, root: string): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  const queue = [join(root, "flake.nix"), join(root, "flake.lock")];
  const seen = new Set(queue);
  for (let path = queue.shift(); path !== undefined; path = queue.shift()) {
    const { digest, references } = await readReference(files, path, root);
    if (digest !== undefined) digests.set(path, digest);
    for (const next of references) {
      if (seen.has(next) || seen.size >= maxFiles) continue;
      seen.add(next);
      queue.push(next);
    }
  }
  return digests;
}

type Read = { readonly digest?: string; readonly references: readonly string[] };

async function readReference(files: Files, path: string, root: string): Promise<Read> {
  try {
    return await read(files, path, root);
  } catch {
    // No permission to look: Nix will say so if it needs the file.
    return { digest: "unreadable", references: [] };
  }
}

async function read(files: Files, path: string, root: string): Promise<Read> {
  const status = await files.status(path);
  if (status === undefined) return { digest: "absent", references: [] };
  if (status.kind === "directory") {
    const names = await files.list(path);
    const nix = names.filter((name) => name.endsWith(".nix"));
    // The names count too: a flake can read its directory (builtins.readDir).
    const digest = nix.length === 0 ? "absent" : sha256(nix.toSorted().join("\n"));
    return { digest, references: entries(path, nix, root) };
  }
  if (status.kind !== "file") return { references: [] };
  if (status.size > maxBytes)
    return { digest: `${status.size}:${status.modifiedMs}`, references: [] };
  const text = (await files.readText(path)) ?? "";
  return {
    digest: sha256(text),
    references: path.endsWith(".nix") ? pathReferences(text, path, root) : [],
  };
}

function entries(directory: string, names: readonly string[], root: string): readonly string[] {
  // `./.` is everywhere (src = ./.); the root's own files count only where they are named.
  if (directory === root) return [];
  const lock = names.includes("flake.nix") ? ["flake.lock"] : [];
  return [...names, ...lock].map((name) => join(directory, name));
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
