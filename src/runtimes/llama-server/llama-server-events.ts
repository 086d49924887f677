import { asObject, asText, parseJson } from "../../core/json.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import type { AdapterContext, RuntimeEvent } from "../adapter.ts";
import { readProgress } from "./llama-server-models.ts";

/** What a router tells by itself; a server with one model has no such stream, and it fails. */
export async function* llamaServerEvents(
  { client }: AdapterContext,
  abort: AbortSignal,
): AsyncGenerator<RuntimeEvent> {
  for await (const { data } of client.events("/models/sse", { abort })) {
    const event = readEvent(data);
    if (event) yield event;
  }
}

/** The documentation calls each event "model_status"; most are a "status_change" (b11669). */
function readEvent(data: string): RuntimeEvent | undefined {
  const event = asObject(parseJson(data));
  const model = asText(event["model"]);
  const change = asObject(event["data"]);
  if (model === undefined || asText(change["status"]) === undefined) return undefined;
  if (change["status"] !== "loading") return { type: "changed" };
  const progress = readProgress(change["progress"]);
  return { type: "loading", model, ...withoutUndefined({ progress }) };
}
