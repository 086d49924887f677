/**
 * What Ollama has loaded, read from `/api/ps`. It tells when a model will be unloaded, by its own
 * clock, and nothing about whether a request runs: while one does the timer is stopped and the time
 * of the last one stays, even when it is past.
 */
import { asList, asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { LoadedModel } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";

/** Both in ms since the epoch. */
export type Clocks = { readonly here: number; readonly there: number };

/** The models of `/api/ps`, their times by the clock of this machine. */
export function readLoaded(json: unknown, clocks: Clocks): readonly LoadedModel[] {
  return asList(asObject(json)["models"]).flatMap((model) => readOne(asObject(model), clocks));
}

/**
 * The two clocks, as an answer's `Date` header tells. It counts whole seconds, so that clocks which
 * differ by less than two are taken for the same: a time that wavers would look like a new one.
 */
export function clocksOf(date: string | undefined, here: number): Clocks {
  const there = Date.parse(date ?? "");
  const differ = Number.isFinite(there) && Math.abs(there - here) > 2000;
  return { here, there: differ ? there : here };
}

function readOne(model: JsonObject, clocks: Clocks): readonly LoadedModel[] {
  const name = asText(model["name"]) ?? asText(model["model"]);
  if (!name) return [];
  const optional = {
    context: positive(model["context_length"]),
    sizeBytes: positive(model["size"]),
    gpuBytes: gpuBytes(model),
    quantization: asText(asObject(model["details"])["quantization_level"]) || undefined,
    digest: asText(model["digest"]),
  };
  return [
    {
      name,
      instance: name,
      ...life(asText(model["expires_at"]), clocks),
      ...withoutUndefined(optional),
    },
  ];
}

/** Sizes that contradict each other are shown by Ollama as "Unknown". */
function gpuBytes(model: JsonObject): number | undefined {
  const size = positive(model["size"]);
  const onGpu = asNumber(model["size_vram"]);
  if (size === undefined || onGpu === undefined) return undefined;
  return onGpu >= 0 && onGpu <= size ? onGpu : undefined;
}

type Life = Pick<LoadedModel, "state" | "expiresAt" | "busy">;

/** A negative keep_alive is some 292 years; Ollama itself calls more than 20 "Forever". */
const forEverMs = 20 * 365.25 * 24 * 3600 * 1000;
/** The longest an idle model takes to go once its time is up: 5 s until its memory is free again. */
const unloadMs = 6000;

function life(expires: string | undefined, { here, there }: Clocks): Life {
  const at = Date.parse(expires ?? "");
  // Go's zero time is the year 1: no time has been set yet.
  if (!(at > 0)) return { state: "loaded" };
  const left = at - there;
  if (Number.isNaN(left)) return { state: "loaded", expiresAt: at };
  if (left > forEverMs) return { state: "loaded", expiresAt: "never" };
  if (left > 0) return { state: "loaded", expiresAt: here + left };
  if (left > -unloadMs) return { state: "unloading" };
  // An idle model would be gone by now: a request holds it.
  return { state: "loaded", busy: true };
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}
