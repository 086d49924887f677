/** All that is known of a runtime or of one of its models, as lines of name and value. */
import { clipText, textWidth, wrapText } from "../../core/cell-text.ts";
import { memory, moment, tokens } from "../../core/format.ts";
import { isUsedElsewhere, sharesWeights } from "../../core/installed-models.ts";
import type { RuntimeRow } from "../../core/model-rows.ts";
import type { ModelsState } from "../../core/models.ts";
import type { Abilities, InstalledModel, LoadedModel, RuntimeState } from "../../core/runtime.ts";
import { sourceText } from "../../core/setting-source.ts";
import { printable } from "../../core/text.ts";
import { type Line, span } from "./line.ts";
import { splitText, untilText } from "./loaded.ts";

export type DetailsRequest = {
  readonly row: RuntimeRow;
  readonly models: ModelsState;
  readonly now: number;
  readonly cols: number;
};

/** Facts without a value are left out. */
type Fact = readonly [name: string, value: string | undefined];

const nameCols = 14;
const factRows = 3;

export function detailLines(request: DetailsRequest): readonly Line[] {
  const { cols } = request;
  return factsOf(request).flatMap(([name, value]) => {
    if (value === undefined || value === "") return [];
    return wrapText(printable(value), Math.max(1, cols - nameCols), factRows).map(
      (text, index): Line => {
        const label = clipText(index === 0 ? name : "", nameCols);
        const space = " ".repeat(nameCols - textWidth(label));
        return { left: [span(label + space, "dim"), span(text)] };
      },
    );
  });
}

function factsOf({ row, models, now }: DetailsRequest): readonly Fact[] {
  switch (row.type) {
    case "runtime":
      return runtimeFacts(row.runtime, now);
    case "loaded":
      return [
        usersFact(row, isUsedElsewhere(models, row.runtime, row.loaded.name)),
        ...loadedFacts(row.loaded, now),
        ...modelFacts(row.runtime, row.model),
      ];
    case "installed":
      return [
        usersFact(row, isUsedElsewhere(models, row.runtime, row.model.name)),
        ...modelFacts(row.runtime, row.model),
      ];
    default:
      return row satisfies never;
  }
}

function usersFact(
  { usedBy }: Exclude<RuntimeRow, { type: "runtime" }>,
  isElsewhere: boolean,
): Fact {
  return ["used by", [...usedBy, ...(isElsewhere ? ["another ai-rules"] : [])].join(", ")];
}

function runtimeFacts(runtime: RuntimeState, now: number): readonly Fact[] {
  const { address, connection, installed, installedAt, troubles } = runtime;
  const problem = "problem" in connection ? connection.problem : undefined;
  return [
    ["problem", problem?.message],
    ["fix", problem?.remedy],
    ...troubles.flatMap(({ message, remedy }): readonly Fact[] => [
      ["trouble", message],
      ["fix", remedy],
    ]),
    ["address", `${address.url} (${sourceText(address.source)})`],
    ["note", address.note && `${address.note.message} · ${address.note.remedy}`],
    ["token", address.tokenVariable && `from ${address.tokenVariable}`],
    ["version", runtime.version],
    ["answers", runtime.roundTripMs === undefined ? undefined : `in ${runtime.roundTripMs} ms`],
    ["installed", installedText(installed.length, installedAt && moment(installedAt, now))],
    ["can", abilitiesText(runtime.abilities)],
  ];
}

function installedText(count: number, at: string | 0 | undefined): string | undefined {
  return at ? `${count} models, read ${at}` : undefined;
}

const abilityWords: readonly (readonly [keyof Abilities, string])[] = [
  ["seesLoaded", "tell what is loaded"],
  ["load", "load"],
  ["unload", "unload"],
  ["keepAlive", "keep loaded for a time"],
  ["loadContext", "load with a context"],
  ["derive", "make variants"],
  ["pull", "download"],
];

function abilitiesText(abilities: Abilities): string {
  const words = abilityWords.filter(([name]) => abilities[name]).map(([, word]) => word);
  return words.length === 0 ? "answer, nothing else" : words.join(", ");
}

function loadedFacts(model: LoadedModel, now: number): readonly Fact[] {
  const { name, instance, context, sizeBytes } = model;
  const takes = [sizeBytes === undefined ? undefined : memory(sizeBytes), splitText(model)];
  return [
    ["loaded as", instance === name ? undefined : instance],
    ["context", context === undefined ? undefined : `${tokens(context)} (${context} tokens)`],
    ["takes", takes.filter((each) => each !== undefined).join(", ")],
    ["until unload", untilText(model, now)],
  ];
}

function modelFacts(runtime: RuntimeState, model: InstalledModel | undefined): readonly Fact[] {
  if (!model) return [["installed", "its runtime does not list it"]];
  const { title, family, parameters, quantization, sizeBytes, maxContext, ownContext } = model;
  return [
    ["title", title],
    ["family", [family, parameters].filter((each) => each !== undefined).join(" ")],
    ["quantisation", quantization],
    ["file", sizeBytes === undefined ? undefined : memory(sizeBytes)],
    ["trained for", maxContext === undefined ? undefined : `${tokens(maxContext)} of context`],
    ["own context", ownContext === undefined ? undefined : tokens(ownContext)],
    ["can", capabilities(model)],
    ["made from", model.derivedFrom],
    ["same weights", sharers(runtime, model)],
    ["digest", model.digest?.replace(/^sha256:/, "").slice(0, 12)],
    ["address", runtime.address.url],
  ];
}

function capabilities({ tools, vision, thinking, described }: InstalledModel): string {
  const words = [
    ...(tools === undefined ? [] : [tools ? "tools" : "no tools"]),
    ...(vision ? ["vision"] : []),
    ...(thinking ? ["thinking"] : []),
  ];
  return words.length === 0 && !described ? "not asked yet" : words.join(", ");
}

/** Other models of the same file: of these an Ollama has only one loaded. */
function sharers(runtime: RuntimeState, model: InstalledModel): string | undefined {
  if (model.weights === undefined && model.derivedFrom === undefined) return undefined;
  const others = runtime.installed.filter(
    (other) => other !== model && sharesWeights(other, model),
  );
  return others.map(({ name }) => name).join(", ");
}
