import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";

/** Paths and contents of all files below a directory, git's own included. */
export async function everyFile(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  const texts = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    return `${relative(directory, path)}: ${await readFile(path, "base64")}`;
  });
  return (await Promise.all(texts)).sort();
}
