/** The models of all runtimes as rows of a list, for the picker and the command line. */
import { type Fit, type FitRequest, fitOf } from "./fit.ts";
import { memory as memoryText, tokens } from "./format.ts";
import {
  type FindInstalled,
  findLoaded,
  installedIndex,
  isUsedElsewhere,
  knowsInstalled,
  type ModelsView,
  runtimeOf,
  usesOf,
} from "./installed-models.ts";
import { type AgentMode, agentModes } from "./mode.ts";
import { formatModelRef, shownModelName } from "./model-ref.ts";
import {
  type InstalledModel,
  type LoadedModel,
  type RuntimeAddress,
  type RuntimeKind,
  type RuntimeState,
  runtimeTitles,
} from "./runtime.ts";
import { printable } from "./text.ts";

export { type RuntimeRow, runtimeRows } from "./runtime-rows.ts";
export { switchOptions } from "./switch-options.ts";

export type ModelRow = {
  /** "runtime/model", as it was given. */
  readonly ref: string;
  readonly runtimeId: string;
  /** Which runtime has it, in words; only when several have models. */
  readonly runtimeTitle?: string;
  /** Printable; of any length. */
  readonly name: string;
  /** "17.3 GB", "" when the runtime does not tell, "cloud". */
  readonly size: string;
  readonly quant: string;
  /** "64k"; "" when nothing is known. */
  readonly context: string;
  /** Whether that context is loaded, what the model itself says, or only the longest it can have. */
  readonly contextFrom?: "loaded" | "own" | "max";
  readonly tools: "yes" | "no" | "?";
  /** Worked out when it is first asked for: of a long list only some rows are seen. */
  readonly fit: Fit;
  readonly loaded: boolean;
  readonly usedBy: readonly AgentMode[];
  /** It runs on another company's machines. */
  readonly cloud: boolean;
  /** It is one of those picked last. */
  readonly recent: boolean;
  /** Why it cannot be picked. */
  readonly disabled?: string;
  /** What the runtime says of it; none for models of OpenCode's own configuration. */
  readonly model?: InstalledModel;
  readonly loadedModel?: LoadedModel;
};

/**
 * All models that answer chats: those picked last, then the loaded ones, then by runtime and name;
 * cloud models last.
 */
export function modelRows(view: ModelsView): readonly ModelRow[] {
  const { models } = view;
  const several = models.runtimes.filter(({ installed }) => installed.some(isListed)).length > 1;
  const context = { view, several, find: installedIndex(), usedBy: usesOf(view) };
  const rows = [
    ...models.runtimes.flatMap((runtime) => rowsOf(context, runtime)),
    ...models.opencodeModels
      .filter((ref) => !runtimeOf(models.runtimes, ref))
      .map((ref) => opencodeRow(view, ref)),
  ];
  const place = new Map(models.recent.map((ref, index) => [ref, index]));
  const rank = (row: ModelRow) => place.get(row.ref) ?? models.recent.length + groupOf(row);
  // The rest is in the order of the runtimes already, and sorting keeps it.
  return rows.toSorted((a, b) => rank(a) - rank(b));
}

function groupOf({ loaded, cloud }: ModelRow): number {
  if (loaded) return 0;
  return cloud ? 2 : 1;
}

/**
 * The rows that have every word of a query in name, runtime, quantisation, "tools", "loaded". Who
 * types a whole name means that model, whatever longer ones begin with it.
 */
export function filterModelRows(rows: readonly ModelRow[], query: string): readonly ModelRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  const found = rows.filter((row) => {
    const text = searchText(row);
    return words.every((word) => text.includes(word));
  });
  const named = found.filter(({ name }) => words.includes(name.toLowerCase()));
  return named.length === 0 ? found : [...new Set([...named, ...found])];
}

function searchText(row: ModelRow): string {
  const { name, runtimeId, runtimeTitle, quant, model } = row;
  const flags = [
    row.tools === "yes" ? "tools" : "",
    row.loaded ? "loaded" : "",
    row.recent ? "recent" : "",
    row.cloud ? "cloud" : "",
  ];
  const texts = [
    name,
    model?.name,
    runtimeId,
    runtimeTitle,
    quant,
    model?.title,
    model?.family,
    ...flags,
  ];
  return texts.join(" ").toLowerCase();
}

/** What people call a runtime: its own id when it has one, else its kind's title. */
export function runtimeName({
  address,
  kind,
}: {
  readonly address: Pick<RuntimeAddress, "id">;
  readonly kind: RuntimeKind;
}): string {
  return address.id === kind ? runtimeTitles[kind] : printable(address.id);
}

function isListed({ chat }: InstalledModel): boolean {
  return chat;
}

/** What all rows are made with. */
type Context = {
  readonly view: ModelsView;
  readonly several: boolean;
  readonly find: FindInstalled;
  readonly usedBy: FitRequest["usedBy"];
};

function rowsOf(context: Context, runtime: RuntimeState): readonly ModelRow[] {
  return runtime.installed
    .filter(isListed)
    .toSorted(byName)
    .map((model) => rowOf(context, runtime, model));
}

function byName(a: InstalledModel, b: InstalledModel): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function rowOf(
  { view: { models }, several, find, usedBy }: Context,
  runtime: RuntimeState,
  model: InstalledModel,
): ModelRow {
  const ref = formatModelRef({ runtime: runtime.address.id, name: model.name });
  let fit: Fit | undefined;
  const loadedModel = findLoaded(runtime, model.name);
  const disabled = disabledBy(runtime);
  return {
    ref,
    runtimeId: runtime.address.id,
    ...(several ? { runtimeTitle: runtimeName(runtime) } : {}),
    name: shownNames(model),
    size: sizeText(model),
    quant: printable(model.quantization ?? loadedModel?.quantization ?? ""),
    ...contextColumn(model, loadedModel),
    tools: toolsWord(model.tools),
    get fit() {
      fit ??= fitOf({
        model,
        runtime,
        runtimes: models.runtimes,
        memory: models.memory,
        usedBy,
        usedElsewhere: (other, name) => isUsedElsewhere(models, other, name),
        find,
      });
      return fit;
    },
    loaded: loadedModel?.state === "loaded",
    usedBy: usedBy(runtime, model.name),
    cloud: model.cloud,
    recent: models.recent.includes(ref),
    ...(disabled === undefined ? {} : { disabled }),
    model,
    ...(loadedModel ? { loadedModel } : {}),
  };
}

function shownNames({ name, aliases }: InstalledModel): string {
  return aliases ? printable(aliases.join(", ")) : shownModelName(name);
}

function sizeText({ cloud, sizeBytes }: InstalledModel): string {
  if (cloud) return "cloud";
  return sizeBytes === undefined ? "" : memoryText(sizeBytes);
}

function toolsWord(tools: boolean | undefined): ModelRow["tools"] {
  if (tools === undefined) return "?";
  return tools ? "yes" : "no";
}

function contextColumn(
  { ownContext, maxContext }: InstalledModel,
  loaded: LoadedModel | undefined,
): Pick<ModelRow, "context" | "contextFrom"> {
  if (loaded?.state === "loaded" && loaded.context !== undefined)
    return { context: tokens(loaded.context), contextFrom: "loaded" };
  if (ownContext !== undefined) return { context: tokens(ownContext), contextFrom: "own" };
  return maxContext === undefined
    ? { context: "" }
    : { context: tokens(maxContext), contextFrom: "max" };
}

function disabledBy(runtime: RuntimeState): string | undefined {
  return knowsInstalled(runtime) ? undefined : `${runtimeName(runtime)} does not answer`;
}

/** A model that OpenCode reaches by itself: nothing is known of it but its name. */
function opencodeRow({ models, panes }: ModelsView, ref: string): ModelRow {
  const slash = ref.indexOf("/");
  const provider = ref.slice(0, Math.max(0, slash));
  const usedBy = agentModes.filter(
    (mode) => models.wishes[mode]?.model === ref || panes?.[mode].model === ref,
  );
  return {
    ref,
    runtimeId: provider,
    runtimeTitle: printable(provider),
    name: printable(ref.slice(slash + 1)),
    size: "",
    quant: "",
    context: "",
    tools: "?",
    fit: { verdict: "remote", parts: [], about: true, unload: [], context: 0, replaces: [] },
    loaded: false,
    usedBy,
    cloud: true,
    recent: models.recent.includes(ref),
  };
}
