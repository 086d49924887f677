import { isObject, type JsonObject } from "../core/json.ts";

export { asList, asNumber, asObject, asText, type JsonObject, parseJson } from "../core/json.ts";

/** Merges as OpenCode does: objects deeply, everything else replaced; keys keep their first place. */
export function mergeDeep(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, unknown> = { ...below };
  for (const [key, value] of Object.entries(above)) {
    merged[key] = isObject(merged[key]) && isObject(value) ? mergeDeep(merged[key], value) : value;
  }
  return merged;
}
