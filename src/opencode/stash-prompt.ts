import { join } from "node:path";
import type { Ports } from "../platform/ports.ts";
import type { OpencodeClient } from "./client.ts";

const looks = 8;
const pauseMs = 50;

/**
 * Puts what is typed and not sent aside, as OpenCode's own command does: in a list on the disk, from
 * which `prompt.stash.pop` takes the newest entry. False when nothing was typed: a pop would then
 * bring back something older.
 */
export async function stashPrompt(
  { files, clock }: Pick<Ports, "files" | "clock">,
  client: Pick<OpencodeClient, "stateDirectory" | "runCommand">,
): Promise<boolean> {
  const directory = await client.stateDirectory();
  if (directory === undefined) return false;
  const path = join(directory, "prompt-stash.jsonl");
  const before = await files.readText(path);
  if (!(await client.runCommand("prompt.stash"))) return false;
  for (let look = 0; look < looks; look++) {
    await clock.wait(pauseMs);
    if ((await files.readText(path)) !== before) return true;
  }
  return false;
}
