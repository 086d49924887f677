/** Whether two states of a runtime look the same; what looks the same is not told again. Pure. */
import type { LoadedModel, RuntimeState } from "../../core/runtime.ts";

/** Each request to a model moves its end; less than this is not worth a word. */
const expiryStepMs = 2000;

export function looksSame(a: RuntimeState, b: RuntimeState): boolean {
  const { loaded: loadedA, installedAt: _a, ...restA } = a;
  const { loaded: loadedB, installedAt: _b, ...restB } = b;
  if (loadedA.length !== loadedB.length || !isEqual(restA, restB)) return false;
  // To know that there is no model is news: before, nothing was known.
  if ((a.installedAt === undefined) !== (b.installedAt === undefined)) return false;
  return loadedA.every((model, index) => looksLoadedSame(model, loadedB[index]));
}

function looksLoadedSame(a: LoadedModel, b: LoadedModel | undefined): boolean {
  if (b === undefined) return false;
  const { expiresAt: endA, ...restA } = a;
  const { expiresAt: endB, ...restB } = b;
  return sameEnd(endA, endB) && isEqual(restA, restB);
}

function sameEnd(a: LoadedModel["expiresAt"], b: LoadedModel["expiresAt"]): boolean {
  if (typeof a !== "number" || typeof b !== "number") return a === b;
  return Math.abs(a - b) < expiryStepMs;
}

/** Whether two plain values are equal all the way down; makes nothing. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  const keys = Object.keys(a);
  if (keys.length !== Object.keys(b).length) return false;
  return keys.every(
    (key) => Object.hasOwn(b, key) && isEqual(Reflect.get(a, key), Reflect.get(b, key)),
  );
}
