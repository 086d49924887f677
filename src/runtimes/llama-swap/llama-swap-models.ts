/** What llama-swap tells: its configuration in `/v1/models`, the processes it started in `/running`. */
import { asList, asNumber, asObject, asText, type JsonObject } from "../../core/json.ts";
import type { InstalledModel, LoadedModel } from "../../core/runtime.ts";
import { withoutUndefined } from "../../core/without-undefined.ts";
import type { RuntimeEvent } from "../adapter.ts";
import { readLlamaCommand } from "../llama-server/llama-server-arguments.ts";

/** The processes of `/running`; undefined for anything else. */
export function readRunning(json: unknown): readonly LoadedModel[] | undefined {
  const running = asObject(json)["running"];
  if (!Array.isArray(running)) return undefined;
  return running.flatMap((value) => readProcess(asObject(value)));
}

/** The list of `/v1/models`; undefined for anything else. */
export function readConfigured(json: unknown): readonly InstalledModel[] | undefined {
  const models = asObject(json)["data"];
  if (!Array.isArray(models)) return undefined;
  return models.flatMap((value) => readModel(asObject(value)));
}

/**
 * Reads the events of one stream of `/api/events`: envelopes whose data is JSON within JSON. Requests
 * are told one by one; an old llama-swap tells how many there are, which says enough while one model
 * runs.
 */
export function createEventReader(
  parse: (text: string) => unknown,
): (json: unknown) => readonly RuntimeEvent[] {
  const requests = new Map<string, string>();
  let ready: readonly string[] = [];
  let inUse = "[]";

  function readModels(models: readonly JsonObject[]): readonly RuntimeEvent[] {
    const named = (wanted: string) =>
      models.filter(({ state }) => state === wanted).map(({ id }) => asText(id) ?? "");
    ready = named("ready");
    const starting = named("starting");
    return [...starting.map((model) => ({ type: "loading" as const, model })), { type: "changed" }];
  }

  function readRequests(data: JsonObject): readonly RuntimeEvent[] {
    const total = asNumber(data["total"]);
    const isCount = data["operation"] === undefined && total !== undefined;
    if (!isCount) noteRequests(data, requests);
    const counted = total && ready.length === 1 ? ready : [];
    const models = isCount ? counted : [...new Set(requests.values())].toSorted();
    const text = JSON.stringify(models);
    if (text === inUse) return [];
    inUse = text;
    return [{ type: "in-use", models }];
  }

  return (json) => {
    const envelope = asObject(json);
    const data = () => parse(asText(envelope["data"]) ?? "");
    if (envelope["type"] === "modelStatus") return readModels(asList(data()).map(asObject));
    return envelope["type"] === "inflight" ? readRequests(asObject(data())) : [];
  };
}

function noteRequests(data: JsonObject, requests: Map<string, string>): void {
  const note = (value: unknown) => {
    const request = asObject(value);
    const id = asText(request["id"]);
    const model = asText(request["model"]);
    if (id && model) requests.set(id, model);
  };
  switch (data["operation"]) {
    case "snapshot":
      requests.clear();
      for (const request of asList(data["requests"])) note(request);
      break;
    case "upsert":
      note(data["request"]);
      break;
    case "remove":
      requests.delete(asText(data["id"]) ?? "");
      break;
    default:
  }
}

const states: Readonly<Record<string, LoadedModel["state"]>> = {
  starting: "loading",
  ready: "loaded",
  stopping: "unloading",
};

/**
 * The context is that of the command line. The process itself could be asked through `/upstream`, but
 * that counts as a use, which keeps the model loaded, and loads it again when it just went.
 */
function readProcess(process: JsonObject): readonly LoadedModel[] {
  const name = asText(process["model"]);
  const state = states[asText(process["state"]) ?? ""];
  if (!name || !state) return [];
  const { context } = readLlamaCommand(asText(process["cmd"]) ?? "");
  // Otherwise it is so many seconds after the last use, which is not told.
  const expiresAt = process["ttl"] === 0 ? ("never" as const) : undefined;
  return [{ name, instance: name, state, ...withoutUndefined({ context, expiresAt }) }];
}

function readModel(model: JsonObject): readonly InstalledModel[] {
  const name = asText(model["id"]);
  if (!name) return [];
  const abilities = asObject(model["capabilities"]);
  const outputs = asObject(model["architecture"])["output_modalities"];
  const ownContext = positive(model["context_length"]);
  return [
    {
      name,
      chat: !Array.isArray(outputs) || outputs.includes("text"),
      // A model of a peer: another server has it in its memory.
      cloud: asText(asObject(asObject(model["meta"])["llamaswap"])["peerID"]) !== undefined,
      described: true,
      ...withoutUndefined({
        title: asText(model["name"]) || undefined,
        ownContext,
        maxContext: positive(model["max_context_length"]) ?? ownContext,
        tools: callsTools(model) || undefined,
        vision: abilities["vision"] === true || undefined,
      }),
    },
  ];
}

/** Said by who wrote the configuration; where nothing is said it may well call tools. */
function callsTools(model: JsonObject): boolean {
  const abilities = asObject(model["capabilities"]);
  return (
    abilities["tools"] === true ||
    abilities["function_calling"] === true ||
    asList(model["supported_parameters"]).includes("tools")
  );
}

function positive(value: unknown): number | undefined {
  const number = asNumber(value);
  return number !== undefined && number > 0 ? number : undefined;
}
