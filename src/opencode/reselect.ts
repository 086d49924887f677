/**
 * Making OpenCode's screen take over a session's model. It looks at the last message only when a
 * session is opened (measured on 1.18.33), so the session is left and opened again; what is typed
 * and not sent stays. Both steps in one turn of its screen cancel each other out, and no answer
 * tells when a step is done. So a toast is sent between them: once it is on the screen, all that was
 * sent before it has been done.
 */
import type { Clock } from "../platform/ports.ts";
import type { KnownModel, OpencodeClient } from "./client.ts";

/** What the screen of a pane shows, and how long to look at it. */
export type Watching = {
  readonly clock: Pick<Clock, "wait" | "monotonic">;
  /** The text of the pane's screen as it is now. */
  readonly screen: () => string;
};

export type ReselectRequest = Watching & {
  readonly client: Pick<OpencodeClient, "runCommand" | "selectSession" | "showToast">;
  readonly sessionId: string;
  readonly model: Pick<KnownModel, "title" | "providerTitle">;
};

/** Beside two other agents and a compiler, OpenCode has been seen to draw once in 3 s. */
const lookMs = 6000;
/** As long as a toast stays. */
const toastMs = 2000;

/** Opens a session anew, so that its model is on the screen; false when that is never seen. */
export async function reselect(request: ReselectRequest): Promise<boolean> {
  const { client, sessionId, model } = request;
  for (const message of ["switching the model", "still switching"]) {
    if (!(await client.runCommand("session.new"))) return false;
    await hasCaughtUp(request, message);
    if (!(await client.selectSession(sessionId))) return false;
    if (await isSeen(request, (screen) => showsModel(screen, model), lookMs)) return true;
  }
  return false;
}

/**
 * Shows a toast, short enough for one line of a narrow pane, and waits until it is seen: what was sent before it is done then. One that was sent
 * before the screen listened is lost, so it is sent again now and then.
 */
export async function hasCaughtUp(
  request: Watching & { readonly client: Pick<OpencodeClient, "showToast"> },
  message: string,
  ms = lookMs,
): Promise<boolean> {
  const { client, clock } = request;
  const text = squeezed(message);
  const end = clock.monotonic() + ms;
  while (clock.monotonic() < end) {
    if (!(await client.showToast(message))) return false;
    if (await isSeen(request, (screen) => squeezed(screen).includes(text), toastMs)) return true;
  }
  return false;
}

/** Looks at the screen until it satisfies a condition or time is up. */
export async function isSeen(
  { clock, screen }: Watching,
  look: (screen: string) => boolean,
  ms: number,
): Promise<boolean> {
  const end = clock.monotonic() + ms;
  for (;;) {
    if (look(screen())) return true;
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
