/**
 * Giving the conversation of an agent that has just started its model. OpenCode goes on with the
 * model of the last message, whatever `--model` and the configuration say.
 */
import type { OpencodeClient } from "./client.ts";
import { hasCaughtUp, isSeen, reselect, showsModel, type Watching } from "./reselect.ts";

export type AdoptRequest = Watching & {
  readonly agentName: string;
  /** The conversation it was started with. */
  readonly sessionId?: string;
  /** What the conversation is to go on with; without one it keeps its model. */
  readonly model?: { readonly provider: string; readonly name: string };
  /** The prompt's text was put aside before the restart. */
  readonly stashed: boolean;
};

/** Three agents that start at once have been seen to take 10 s to their first screen. */
const firstScreenMs = 30_000;

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

/**
 * Most often the screen opens the conversation after it was given its model, and shows it. What is
 * seen at first can be what the agent before left on the screen, until a toast is seen.
 */
async function followOnScreen(client: OpencodeClient, request: AdoptRequest): Promise<void> {
  const { sessionId, model, stashed } = request;
  if (!stashed && !(model && sessionId)) return;
  const wanted = model && (await client.knownModel(model.provider, model.name));
  if (!(await hasCaughtUp({ ...request, client }, "started again", firstScreenMs))) return;
  const hasPrompt = (text: string) => /\S+ · \S+ \S/.test(text);
  if (!(await isSeen(request, hasPrompt, firstScreenMs))) return;
  if (wanted && sessionId && !showsModel(request.screen(), wanted))
    await reselect({ ...request, client, sessionId, model: wanted });
  if (stashed) await client.runCommand("prompt.stash.pop");
}
