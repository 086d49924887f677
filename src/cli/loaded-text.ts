/** Loaded instances of a report in words. */
import type { LoadedModel } from "../core/runtime.ts";
import { splitText, untilText } from "../tui/view/loaded.ts";
import type { ModelReport } from "./models-report-schema.ts";

type Instance = ModelReport["loaded"][number];

/** "4m", "forever", "loading 40%"; of several instances all. */
export function loadedText(loaded: readonly Instance[], now: number): string {
  const texts = loaded.map((each) => untilText(asLoaded(each), now) ?? each.state);
  return [...new Set(texts)].join(", ");
}

/** "100% GPU", "48% CPU"; nothing where the numbers do not tell. */
export function placeText(loaded: Instance): string | undefined {
  return splitText(asLoaded(loaded));
}

function asLoaded({ expiresAt, instance, state, ...rest }: Instance): LoadedModel {
  const { progress, busy, sizeBytes, gpuBytes } = rest;
  const until =
    expiresAt === undefined || expiresAt === "never" ? expiresAt : Date.parse(expiresAt);
  return {
    name: instance,
    instance,
    state,
    ...(progress === undefined ? {} : { progress }),
    ...(busy === undefined ? {} : { busy }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(gpuBytes === undefined ? {} : { gpuBytes }),
    ...(until === undefined ? {} : { expiresAt: until }),
  };
}
