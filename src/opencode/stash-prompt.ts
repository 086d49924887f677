import { join } from "node:path";
import type { Files } from "../platform/ports.ts";
import type { OpencodeClient } from "./client.ts";
import { hasCaughtUp, type Watching } from "./reselect.ts";

export type StashRequest = Watching & {
  readonly client: Pick<OpencodeClient, "stateDirectory" | "runCommand" | "showToast">;
  readonly files: Pick<Files, "readText">;
};

/** How long the entry takes to the disk once OpenCode has made it. */
const writeMs = 500;

/**
 * Puts what is typed and not sent aside, as OpenCode's own command does: in a list on the disk, from
 * which `prompt.stash.pop` takes the newest entry. False when nothing was typed: a pop would then
 * bring back something older.
 */
export async function stashPrompt(request: StashRequest): Promise<boolean> {
  const { client, files } = request;
  const directory = await client.stateDirectory();
  if (directory === undefined) return false;
  const read = () => files.readText(join(directory, "prompt-stash.jsonl"));
  const before = await read();
  if (!(await client.runCommand("prompt.stash"))) return false;
  await hasCaughtUp(request, "starting again");
  const end = request.clock.monotonic() + writeMs;
  for (;;) {
    if ((await read()) !== before) return true;
    if (request.clock.monotonic() >= end) return false;
    await request.clock.wait(50);
  }
}
