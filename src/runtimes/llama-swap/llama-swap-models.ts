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

/** An event of `/api/events`: an envelope whose data is JSON within JSON. */
export function readEvent(
  json: unknown,
  parse: (text: string) => unknown,
): readonly RuntimeEvent[] {
  const envelope = asObject(json);
  if (envelope["type"] !== "modelStatus") return [];
  const models = asList(parse(asText(envelope["data"]) ?? "")).map(asObject);
  const starting = models.filter((model) => model["state"] === "starting");
  return [
    ...starting.map((model) => ({ type: "loading" as const, model: asText(model["id"]) ?? "" })),
    { type: "changed" },
  ];
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
