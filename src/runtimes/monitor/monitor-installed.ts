/** The list of installed models from one reading to the next. Pure. */
import { isSameModelName } from "../../core/model-ref.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";

/** What a second request told of a model stays known as long as the model is the same. */
export function keepDescriptions(
  next: readonly InstalledModel[],
  before: readonly InstalledModel[],
): readonly InstalledModel[] {
  const described = new Map(
    before.filter((model) => model.described).map((model) => [model.name, model]),
  );
  return next.map((model) => {
    const known = model.described ? undefined : described.get(model.name);
    const same = known?.digest === model.digest && known?.sizeBytes === model.sizeBytes;
    return known && same ? known : model;
  });
}

/** The list with what a second request told of one model. */
export function withDescription(
  installed: readonly InstalledModel[],
  described: InstalledModel,
): readonly InstalledModel[] {
  return installed.map((model) => (model.name === described.name ? described : model));
}

/** Loaded models that are not among the installed ones, whose list is then old; each once. */
export function missingModels({
  loaded,
  installed,
  lookedFor,
}: {
  readonly loaded: readonly LoadedModel[];
  readonly installed: readonly InstalledModel[];
  /** Those that were looked for before. */
  readonly lookedFor: readonly string[];
}): readonly string[] {
  return loaded
    .map(({ name }) => name)
    .filter((name) => !lookedFor.includes(name))
    .filter((name) => !installed.some((model) => isSameModelName(model.name, name)));
}
