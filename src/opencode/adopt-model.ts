/**
 * Giving the conversation of an agent that has just started its model. OpenCode goes on with the
 * model of the last message, whatever `--model` and the configuration say.
 */
import type { Clock } from "../platform/ports.ts";
import type { OpencodeClient } from "./client.ts";
import { isShownWithin, reselect } from "./reselect.ts";

export type AdoptRequest = {
  readonly clock: Pick<Clock, "wait" | "monotonic">;
  readonly agentName: string;
  /** The conversation it was started with. */
  readonly sessionId?: string;
  /** What the conversation is to go on with; without one it keeps its model. */
  readonly model?: { readonly provider: string; readonly name: string };
  /** The prompt's text was put aside before the restart. */
  readonly stashed: boolean;
  /** The text of the pane's screen as it is now. */
  readonly screen: () => string;
};

/** Three agents that start at once have been seen to take 10 s to their first screen. */
const firstScreenMs = 20_000;

/**
 * Gives the conversation its model, then lets the screen follow in its own time. What was typed
 * before the restart is put back.
 */
export async function adoptModel(client: OpencodeClient, request: AdoptRequest): Promise<void> {
  const { sessionId, agentName, model } = request;
  if (sessionId !== undefined && model) {
    const last = await client.lastModel(sessionId);
    const { provider, name } = model;
    if (last !== `${provider}/${name}`)
      await client.setSessionModel(sessionId, { agent: agentName, provider, model: name });
  }
  void followOnScreen(client, request);
}

/** Most often the screen opens the conversation after it was given its model, and shows it. */
async function followOnScreen(client: OpencodeClient, request: AdoptRequest): Promise<void> {
  const { clock, screen, sessionId, model, stashed } = request;
  if (!stashed && !(model && sessionId)) return;
  const wanted = model && (await client.knownModel(model.provider, model.name));
  const isDrawn = await until(clock, () => /\S+ · \S+ \S/.test(screen()));
  if (!isDrawn) return;
  if (wanted && sessionId) {
    const look = { client, clock, sessionId, model: wanted, screen };
    if (!(await isShownWithin(look, 1500))) await reselect(look);
  }
  if (stashed) await client.runCommand("prompt.stash.pop");
}

async function until(clock: AdoptRequest["clock"], look: () => boolean): Promise<boolean> {
  const end = clock.monotonic() + firstScreenMs;
  while (!look()) {
    if (clock.monotonic() >= end) return false;
    await clock.wait(100);
  }
  return true;
}
