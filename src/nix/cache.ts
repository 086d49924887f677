/**
 * Evaluated shells of one project and shell name, in one directory:
 *
 *   <id>.json          what is known of it; written last, so what it names is there
 *   <id>.rc            the shell's text for bash
 *   <id>, <id>-N-link  Nix's profile: its links are GC roots, they keep the shell in the store
 *
 * The newest two whose hook ran stay: the present one and the one before, to fall back on.
 */
import { createHash } from "node:crypto";
import { basename, join } from "node:path";
import type { Ports } from "../platform/ports.ts";

export type CachedShell = {
  readonly id: string;
  /** `Fingerprint.key` of what it was evaluated from. */
  readonly key: string;
  readonly storePath: string;
  readonly bash: string;
  /** ms since the epoch. */
  readonly evaluatedAt: number;
  /** Its hook has run to its end at least once. */
  readonly good: boolean;
  readonly note?: string;
};

type Machine = Pick<Ports, "files">;

const format = 1;
const keptShells = 2;

/** The directory of one project's shell; `installable` tells the shells of a project apart. */
export function shellDirectory(cacheDir: string, root: string, installable: string): string {
  const name = createHash("sha256").update(`${root}\n${installable}`).digest("hex").slice(0, 20);
  return join(cacheDir, name);
}

/** Where Nix's profile of a shell is. */
export function profileOf(directory: string, id: string): string {
  return join(directory, id);
}

/** Where the text of a shell is. */
export function rcFileOf(directory: string, id: string): string {
  return join(directory, `${id}.rc`);
}

/** The shells that can be used, newest first; what was collected from the store is left out. */
export async function cachedShells(
  { files }: Machine,
  directory: string,
): Promise<readonly CachedShell[]> {
  const found: CachedShell[] = [];
  // One that may not be looked into holds nothing for us; writing to it says why.
  for (const name of await files.list(directory).catch(() => [])) {
    const shell = name.endsWith(".json") ? await readShell(files, directory, name) : undefined;
    if (shell && (await isWhole(files, directory, shell))) found.push(shell);
  }
  return found.sort((a, b) => b.evaluatedAt - a.evaluatedAt);
}

/** Writes a shell and its text, or what is newly known of it. */
export async function writeShell(
  { files }: Machine,
  directory: string,
  { shell, rcText }: { readonly shell: CachedShell; readonly rcText?: string },
): Promise<void> {
  if (rcText !== undefined)
    await files.writeAtomically(rcFileOf(directory, shell.id), rcText, 0o600);
  const text = JSON.stringify({ format, ...shell });
  await files.writeAtomically(join(directory, `${shell.id}.json`), text, 0o600);
}

/** Removes older shells and older generations of Nix's profiles: each is a GC root of its own. */
export async function removeOldShells({ files }: Machine, directory: string): Promise<void> {
  const shells = await cachedShells({ files }, directory);
  const good = shells.filter((shell) => shell.good).slice(0, keptShells);
  const kept = new Set([...good, ...shells.slice(0, 1)].map(({ id }) => id));
  const names = await files.list(directory);
  // What has no .json yet belongs to a start that is still evaluating.
  const known = names.filter((name) => name.endsWith(".json")).map((name) => name.slice(0, -5));
  for (const id of known) {
    const link = kept.has(id) ? await files.readLink(profileOf(directory, id)) : undefined;
    const stale = names.filter(
      (name) => belongsTo(name, id) && !(kept.has(id) && !isOld(name, link)),
    );
    for (const name of stale) await files.remove(join(directory, name));
  }
}

function belongsTo(name: string, id: string): boolean {
  return name === id || name.startsWith(`${id}.`) || name.startsWith(`${id}-`);
}

/** Whether it is a generation of a profile that is not the present one. */
function isOld(name: string, link: string | undefined): boolean {
  return name.endsWith("-link") && link !== undefined && name !== basename(link);
}

async function isWhole(
  files: Machine["files"],
  directory: string,
  { id, storePath }: CachedShell,
): Promise<boolean> {
  const [shell, text] = await Promise.all([
    files.status(storePath),
    files.status(rcFileOf(directory, id)),
  ]);
  return shell !== undefined && text !== undefined;
}

async function readShell(
  files: Machine["files"],
  directory: string,
  name: string,
): Promise<CachedShell | undefined> {
  const text = await files.readText(join(directory, name)).catch(() => undefined);
  try {
    const value: unknown = JSON.parse(text ?? "");
    return isCachedShell(value, name) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Another version of ai-rules may have written it, or a disk that was full. */
function isCachedShell(value: unknown, name: string): value is CachedShell {
  if (typeof value !== "object" || value === null) return false;
  const found: Partial<Record<keyof CachedShell | "format", unknown>> = value;
  const texts = [found.id, found.key, found.storePath, found.bash];
  return (
    found.format === format &&
    `${String(found.id)}.json` === name &&
    texts.every((field) => typeof field === "string") &&
    typeof found.evaluatedAt === "number" &&
    typeof found.good === "boolean"
  );
}
