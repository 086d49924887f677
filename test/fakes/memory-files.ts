import { dirname } from "node:path";
import type { FileStatus, Files } from "../../src/platform/ports.ts";

/** Files in memory for what only reads: texts by absolute path. What starts with "#!" is executable. */
export function memoryFiles(texts: Readonly<Record<string, string>>): Files {
  const directories = new Set(Object.keys(texts).flatMap(ancestors));
  return {
    readText: (path) => Promise.resolve(texts[path]),
    status: (path) => Promise.resolve(statusOf(texts[path], directories.has(path))),
    list: (path) => {
      const inside = [...Object.keys(texts), ...directories].filter(
        (name) => name !== path && dirname(name) === path,
      );
      return Promise.resolve(inside.map((name) => name.slice(path.length + 1)));
    },
    realPath: (path) => Promise.resolve(path in texts ? path : undefined),
    isExecutable: (path) => Promise.resolve(texts[path]?.startsWith("#!") ?? false),
    readLink: () => Promise.resolve(undefined),
    watchDirectory: () => () => {},
    ...writers,
  };
}

const refuse = (): Promise<never> => Promise.reject(new Error("these files can only be read"));

const writers = {
  writeAtomically: refuse,
  createExclusively: refuse,
  rename: refuse,
  setMode: refuse,
  makeDirectory: refuse,
  remove: refuse,
};

function ancestors(path: string): readonly string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [parent, ...ancestors(parent)];
}

function statusOf(text: string | undefined, isDirectory: boolean): FileStatus | undefined {
  if (text === undefined && !isDirectory) return undefined;
  const kind = text === undefined ? "directory" : "file";
  return { kind, size: text?.length ?? 0, modifiedMs: 1, mode: 0o755, uid: 0 };
}
