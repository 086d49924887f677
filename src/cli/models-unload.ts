/** `ai-rules models unload`. */
import { isUsedElsewhere, modesUsing } from "../core/installed-models.ts";
import { printable } from "../core/text.ts";
import type { OptionValues } from "./arguments.ts";
import { findModel, instancesOf } from "./find-model.ts";
import { type ModelsSurvey } from "./models-survey.ts";
import { runJob, type Tools } from "./run-job.ts";
import { refuseWhatCannotBe } from "./runtime-refusal.ts";

type Request = {
  readonly name: string;
  readonly options: OptionValues;
};

/** Gives the memory of all instances of a model back; resolves to the exit code. */
export async function unloadModel(
  tools: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const { models } = survey;
  const { runtime, model, ref } = findModel(models.runtimes, { name, runtime: options.runtime });
  refuseWhatCannotBe(runtime, { deed: "unload", model: model.name });
  const all = instancesOf(runtime, model.name);
  const instances = all.filter(({ instance }) => instance === name);
  const meant = instances.length > 0 ? instances : all;
  if (meant.length === 0) {
    tools.console.out([`${printable(ref)} is not loaded`]);
    return 0;
  }
  const users = [
    ...modesUsing({ models }, runtime, model.name),
    ...(isUsedElsewhere(models, runtime, model.name) ? ["a running ai-rules"] : []),
  ];
  if (users.length > 0)
    tools.console.note(`note: ${users.join(", ")} will load it again with the next request`);
  for (const { name: loaded, instance } of meant) {
    const code = await runJob(tools, {
      survey,
      runtime: runtime.address.id,
      deed: { type: "unload", model: loaded, instance },
      title: `unloading ${printable(ref)}`,
      cancelled: "it may go all the same",
    });
    if (code !== 0) return code;
  }
  tools.console.out([`${printable(ref)} is unloaded`]);
  return 0;
}
