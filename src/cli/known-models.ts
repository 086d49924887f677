import { memory as memoryText } from "../core/format.ts";
import { formatModelRef } from "../core/model-ref.ts";
import type { InstalledModel, LoadedModel } from "../core/runtime.ts";
import type { KnownModel } from "../project/known-models.ts";

type Runtime = {
  readonly id: string;
  readonly installed: readonly InstalledModel[];
  readonly loaded: readonly LoadedModel[];
};

/** The models of a runtime that answer chats, as completion shows them. */
export function knownModels({ id, installed, loaded }: Runtime): readonly KnownModel[] {
  return installed
    .filter(({ chat }) => chat)
    .map(({ name, sizeBytes }) => {
      const isLoaded = loaded.some((each) => each.name === name);
      const size = sizeBytes === undefined ? [] : [memoryText(sizeBytes)];
      return {
        ref: formatModelRef({ runtime: id, name }),
        note: [...size, ...(isLoaded ? ["loaded"] : [])].join(", "),
        loaded: isLoaded,
      };
    });
}
