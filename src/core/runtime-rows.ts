/** Runtimes with their models as one flat list, and what can be done with each row. */
import {
  findLoaded,
  isMissed,
  knowsInstalled,
  type ModelsView,
  modesUsing,
  namesOneModel,
} from "./installed-models.ts";
import type { AgentMode } from "./mode.ts";
import { loadedInUse } from "./model-use.ts";
import type { RunningJob } from "./models.ts";
import type { InstalledModel, LoadedModel, RuntimeState } from "./runtime.ts";

/** What one can do with a row. */
export type RowDeed = "load" | "unload" | "keep-alive" | "copy" | "pick" | "cancel";

export type RuntimeRow = {
  /** Names the row as long as it exists. */
  readonly key: string;
  readonly runtime: RuntimeState;
  readonly deeds: readonly RowDeed[];
} & (
  | { readonly type: "runtime" }
  | {
      readonly type: "loaded";
      readonly loaded: LoadedModel;
      readonly model?: InstalledModel;
      readonly usedBy: readonly AgentMode[];
      readonly job?: RunningJob;
    }
  | {
      readonly type: "installed";
      readonly model: InstalledModel;
      readonly usedBy: readonly AgentMode[];
      readonly job?: RunningJob;
    }
);

/**
 * Each runtime, what it has loaded, then what else is installed and answers chats. A default address
 * where nothing answers is left out.
 */
export function runtimeRows(view: ModelsView): readonly RuntimeRow[] {
  return view.models.runtimes
    .filter((runtime) => runtime.connection.type !== "down" || isMissed(runtime, view.models))
    .flatMap((runtime) => [
      { type: "runtime", key: runtime.address.id, runtime, deeds: [] } as const,
      ...loadedInUse(view, runtime).map((loaded) => loadedRow(view, { runtime, loaded })),
      ...restOf(runtime).map((model) => installedRow(view, { runtime, model })),
    ]);
}

function restOf(runtime: RuntimeState): readonly InstalledModel[] {
  return runtime.installed
    .filter(({ chat, name }) => chat && !findLoaded(runtime, name))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function loadedRow(
  view: ModelsView,
  { runtime, loaded }: { readonly runtime: RuntimeState; readonly loaded: LoadedModel },
): RuntimeRow {
  const job = jobFor(view, { runtime, name: loaded.name });
  const model = runtime.installed.find(({ name }) => namesOneModel(runtime, name, loaded.name));
  const { unload, keepAlive } = runtime.abilities;
  const isUp = knowsInstalled(runtime);
  return {
    type: "loaded",
    key: `${runtime.address.id}/${loaded.name}/${loaded.instance}`,
    runtime,
    loaded,
    ...(model ? { model } : {}),
    usedBy: modesUsing(view, runtime, loaded.name),
    ...(job ? { job } : {}),
    deeds: [
      ...(isUp && unload && !loaded.stays ? (["unload"] as const) : []),
      ...(isUp && keepAlive ? (["keep-alive"] as const) : []),
      ...(loaded.stays ? [] : (["copy"] as const)),
      ...(isUp ? (["pick"] as const) : []),
      ...(job ? (["cancel"] as const) : []),
    ],
  };
}

function installedRow(
  view: ModelsView,
  { runtime, model }: { readonly runtime: RuntimeState; readonly model: InstalledModel },
): RuntimeRow {
  const job = jobFor(view, { runtime, name: model.name });
  const isUp = knowsInstalled(runtime);
  const canLoad = isUp && runtime.abilities.load && !model.cloud && !job;
  return {
    type: "installed",
    key: `${runtime.address.id}/${model.name}`,
    runtime,
    model,
    usedBy: modesUsing(view, runtime, model.name),
    ...(job ? { job } : {}),
    deeds: [
      ...(canLoad ? (["load"] as const) : []),
      "copy",
      ...(isUp ? (["pick"] as const) : []),
      ...(job ? (["cancel"] as const) : []),
    ],
  };
}

/** The job that is being done with a model, the making of it included. */
function jobFor(
  { models }: ModelsView,
  { runtime, name }: { readonly runtime: RuntimeState; readonly name: string },
): RunningJob | undefined {
  return models.jobs.find(
    (job) => job.runtime === runtime.address.id && namesOneModel(runtime, job.deed.model, name),
  );
}
