/** Who is to download which model. */
import { AiRulesError } from "../core/error.ts";
import { formatModelRef, parseModelRef } from "../core/model-ref.ts";
import type { RuntimeState } from "../core/runtime.ts";
import { printable } from "../core/text.ts";
import { adapters } from "../runtimes/adapters.ts";
import { findRuntime } from "./find-model.ts";
import { type ModelsSurvey } from "./models-survey.ts";

export type Target = {
  readonly runtime: RuntimeState;
  /** What the runtime calls it. */
  readonly model: string;
  /** Printable. */
  readonly ref: string;
};

/** Throws AiRulesError where nobody can download it, or several could. */
export function targetOf(
  survey: ModelsSurvey,
  { name, runtime: id }: { readonly name: string; readonly runtime: string | undefined },
): Target {
  const { runtimes } = survey.models;
  const ref = parseModelRef(name);
  const named = runtimes.find(({ address }) => address.id === (id ?? ref?.runtime));
  const runtime = id === undefined ? (named ?? onlyOne(runtimes, name)) : findRuntime(runtimes, id);
  const model = ref?.runtime === runtime.address.id ? ref.name : name;
  refuseWhatCannotPull(runtime, model);
  return {
    runtime,
    model,
    ref: printable(formatModelRef({ runtime: runtime.address.id, name: model })),
  };
}

function onlyOne(runtimes: readonly RuntimeState[], name: string): RuntimeState {
  const able = runtimes.filter(({ abilities }) => abilities.pull);
  const up = able.filter(({ connection }) => connection.type === "up");
  const [first, ...others] = up;
  if (first && others.length === 0) return first;
  if (!first) {
    const [down] = able.filter(({ address }) => address.expected);
    if (down) return down;
    throw new AiRulesError({
      code: "runtime/none-pulls",
      message: `no runtime that can download ${printable(name)} is up`,
      remedy: "start one: `ollama serve`",
    });
  }
  const ids = up.map(({ address }) => `--runtime ${address.id}`);
  throw new AiRulesError({
    code: "model/ambiguous",
    message: `several runtimes could download ${printable(name)}`,
    remedy: `say which one: ${ids.join(" or ")}`,
  });
}

function refuseWhatCannotPull(runtime: RuntimeState, model: string): void {
  const { connection, kind, abilities, address } = runtime;
  if ("problem" in connection && connection.type !== "stale")
    throw new AiRulesError(connection.problem);
  if (abilities.pull) return;
  throw new AiRulesError({
    code: "runtime/cannot",
    message: `${adapters[kind].title} cannot download models`,
    remedy:
      kind === "mlx"
        ? `run \`${adapters.mlx.byHand({ deed: "pull", url: address.url, model, tuning: address.tuning })}\``
        : `download ${printable(model)} where it runs`,
  });
}
