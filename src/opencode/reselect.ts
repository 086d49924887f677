/**
 * Making OpenCode's screen take over a session's model. It looks at the last message only when a
 * session is opened (measured on 1.18.33), so the session is left and opened again. What is typed
 * and not sent stays. Both steps in one turn of its screen would cancel each other out, and nothing
 * tells of a step that is done: so there is a pause, and the screen itself says whether it worked.
 */
import type { Clock } from "../platform/ports.ts";
import type { KnownModel, OpencodeClient } from "./client.ts";

export type ReselectRequest = {
  readonly client: Pick<OpencodeClient, "runCommand" | "selectSession">;
  readonly clock: Pick<Clock, "wait" | "monotonic">;
  readonly sessionId: string;
  readonly model: Pick<KnownModel, "title" | "providerTitle">;
  /** The text of the pane's screen as it is now. */
  readonly screen: () => string;
};

/** A pause of 0 failed once in ten times on a quiet machine, one of 30 ms never. */
const pausesMs = [150, 500] as const;
const lookMs = 1500;

/** Opens a session anew, until its model is on the screen; false when that is never seen. */
export async function reselect(request: ReselectRequest): Promise<boolean> {
  const { client, clock, sessionId } = request;
  for (const pause of pausesMs) {
    if (!(await client.runCommand("session.new"))) return false;
    await clock.wait(pause);
    if (!(await client.selectSession(sessionId))) return false;
    if (await isShownWithin(request, lookMs)) return true;
  }
  return false;
}

/** Whether the model stands below the prompt before time is up. */
export async function isShownWithin(
  { clock, model, screen }: Pick<ReselectRequest, "clock" | "model" | "screen">,
  ms: number,
): Promise<boolean> {
  const end = clock.monotonic() + ms;
  for (;;) {
    if (showsModel(screen(), model)) return true;
    if (clock.monotonic() >= end) return false;
    await clock.wait(50);
  }
}

/**
 * Whether "Plan · MODEL PROVIDER" is there, as it is below the prompt; answers above it name a model
 * without its provider. In a narrow pane the line is broken, so blanks and borders do not count.
 */
export function showsModel(
  screen: string,
  { title, providerTitle }: Pick<KnownModel, "title" | "providerTitle">,
): boolean {
  return squeezed(screen).includes(squeezed(`· ${title} ${providerTitle}`));
}

function squeezed(text: string): string {
  return text.replace(/[\s┃│╹▀]/g, "");
}
