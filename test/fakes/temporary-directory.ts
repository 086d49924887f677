import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a directory, links resolved, that is deleted when the test ends. */
export async function temporaryDirectory(): Promise<string> {
  const path = await mkdtemp(join(await realpath(tmpdir()), "ai-rules-test-"));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}
