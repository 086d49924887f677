import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import * as fs from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { makeDirectory } from "./make-directory.ts";
import type { FileStatus, Files } from "./ports.ts";
import { watchDirectory } from "./watch-directory.ts";

/** Files of this machine. */
export function createFiles(): Files {
  return {
    readText: (path) => absentAsUndefined(readText(path)),
    writeAtomically,
    createExclusively,
    rename: (from, to) => fs.rename(from, to),
    setMode: (path, mode) => fs.chmod(path, mode),
    makeDirectory: async (path, mode) => makeDirectory(path, mode),
    // What somebody still writes into is not empty at the first try.
    remove: (path) => fs.rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 }),
    list: async (path) => (await absentAsUndefined(fs.readdir(path))) ?? [],
    status: async (path) => {
      const found = await absentAsUndefined(fs.stat(path));
      return found && describe(found);
    },
    realPath: (path) => absentAsUndefined(fs.realpath(path)),
    readLink: (path) => absentAsUndefined(fs.readlink(path)),
    isExecutable,
    watchDirectory,
  };
}

/** A pipe would be waited for until somebody writes into it, in a thread that cannot be called back. */
async function readText(path: string): Promise<string | undefined> {
  const found = await fs.stat(path);
  return found.isFIFO() || found.isSocket() ? undefined : fs.readFile(path, "utf8");
}

/** Codes that say "there is no such thing": also a directory asked for a text, a file for a link. */
const absentCodes: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EISDIR",
  "EINVAL",
  "ELOOP",
]);

async function absentAsUndefined<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (absentCodes.has(codeOf(error))) return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

type Content = { readonly content: string | Uint8Array; readonly mode: number };

async function writeAtomically(path: string, text: string, mode = 0o600): Promise<void> {
  await withTemporary(path, { content: text, mode }, (temporary) => fs.rename(temporary, path));
}

/** A link to a finished file: who sees the name sees the whole text, and only one can make it. */
async function createExclusively(
  path: string,
  content: Content["content"],
  mode = 0o600,
): Promise<boolean> {
  // A file where a directory should be is another "exists".
  makeDirectory(dirname(path));
  try {
    await withTemporary(path, { content, mode }, (temporary) => fs.link(temporary, path));
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    // Some file systems have no hard links; a reader may then see the file before its text.
    if (!linklessCodes.has(codeOf(error))) throw error;
    return createEmptyThenFill(path, { content, mode });
  }
}

const linklessCodes: ReadonlySet<string> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"]);

async function createEmptyThenFill(path: string, { content, mode }: Content): Promise<boolean> {
  try {
    await fs.writeFile(path, content, { mode, flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

async function withTemporary(
  path: string,
  { content, mode }: Content,
  finish: (temporary: string) => Promise<void>,
): Promise<void> {
  const name = `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`;
  const temporary = join(dirname(path), name);
  makeDirectory(dirname(path));
  try {
    await fs.writeFile(temporary, content, { mode, flag: "wx" });
    await finish(temporary);
  } finally {
    await fs.rm(temporary, { force: true });
  }
}

function describe(found: Stats): FileStatus {
  return {
    kind: kindOf(found),
    size: found.size,
    modifiedMs: found.mtimeMs,
    mode: found.mode & 0o7777,
    uid: found.uid,
  };
}

function kindOf(found: Stats): FileStatus["kind"] {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "directory";
  return found.isSymbolicLink() ? "link" : "other";
}

async function isExecutable(path: string): Promise<boolean> {
  const found = await fs.stat(path).catch(() => undefined);
  if (!found?.isFile()) return false;
  return fs.access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}
