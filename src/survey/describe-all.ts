/** What only a second request tells, of all models of a report: their own contexts, and the numbers of the fit. */
import { knowsInstalled } from "../core/installed-models.ts";
import type { InstalledModel, RuntimeState } from "../core/runtime.ts";
import type { Survey } from "../runtimes/survey.ts";

/** Requests that are under way at once. */
const atOnce = 4;
/** A list is not kept waiting longer than this, in ms. */
const timeoutMs = 2000;

/** What cannot be described in time stays as it is. */
export async function describeAll({
  runtimes,
  contextOf,
}: Survey): Promise<readonly RuntimeState[]> {
  const abort = AbortSignal.timeout(timeoutMs);
  const described = new Map<InstalledModel, InstalledModel>();
  const waiting = runtimes
    .filter(knowsInstalled)
    .flatMap((runtime) =>
      runtime.installed.filter(isOpen).map((model) => ({ model, id: runtime.address.id })),
    );
  const work = async () => {
    for (let next = waiting.shift(); next && !abort.aborted; next = waiting.shift()) {
      const speaker = contextOf(next.id);
      const more = await speaker?.adapter
        .describe?.(speaker.context, next.model, abort)
        .catch(() => undefined);
      if (more) described.set(next.model, more);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return runtimes.map((runtime) => ({
    ...runtime,
    installed: runtime.installed.map((model) => described.get(model) ?? model),
  }));
}

function isOpen({ described, chat, cloud }: InstalledModel): boolean {
  return !described && chat && !cloud;
}
