/** Deeds that a runtime does not know, or that it is not there for. */
import { AiRulesError } from "../core/error.ts";
import type { RuntimeState } from "../core/runtime.ts";
import { printable } from "../core/text.ts";
import { adapters } from "../runtimes/adapters.ts";

type Cannot = { readonly deed: "load" | "unload"; readonly model: string };

/** What mends it where a runtime cannot be asked for that. */
const instead: Readonly<Record<Cannot["deed"], string>> = {
  load: "send it a request: that loads the model",
  unload: "stop the runtime, or let another model take its place",
};

/** Throws AiRulesError when the runtime is not up, or `runtime/cannot`. */
export function refuseWhatCannotBe(runtime: RuntimeState, { deed, model }: Cannot): void {
  const { connection, kind } = runtime;
  if ("problem" in connection && connection.type !== "stale")
    throw new AiRulesError(connection.problem);
  if (runtime.abilities[deed]) return;
  throw new AiRulesError({
    code: "runtime/cannot",
    message: `${adapters[kind].title} cannot be asked to ${deed} ${printable(model)}`,
    remedy: instead[deed],
  });
}
