import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { ProfileFiles } from "../../src/profiles/profile.ts";

/** Writes a profile's files into a project. */
export async function writeProfile(root: string, files: ProfileFiles): Promise<void> {
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}
