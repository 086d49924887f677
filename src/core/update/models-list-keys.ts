/** Keys in the list of runtimes and their models: load, unload, keep, copy, pick, cancel. */
import { isUsedElsewhere } from "../installed-models.ts";
import { agentModes } from "../mode.ts";
import { formatModelRef } from "../model-ref.ts";
import { type RuntimeRow, runtimeName, runtimeRows } from "../model-rows.ts";
import type { LoadedModel } from "../runtime.ts";
import type { Overlay, State } from "../state.ts";
import { printable } from "../text.ts";
import { beginJob, giveUpJob, loadJob, type NewJob } from "./jobs.ts";
import { choose, undescribed } from "./models-keys.ts";
import { pickerTimer } from "./models-overlays.ts";
import { briefMs, notify } from "./notice.ts";
import type { OverlayKey } from "./overlays.ts";
import { andThen, closeOverlay, type Step, step } from "./step.ts";
import { cancelSwitch, modesAwaiting } from "./switching.ts";
import { moved } from "./typing.ts";

type ModelsOverlay = Extract<Overlay, { type: "models" }>;
type ModelRow = Exclude<RuntimeRow, { type: "runtime" }>;

/** Any other key gives up what is waited for. */
export function modelsKey(state: State, opened: ModelsOverlay, key: OverlayKey): Step {
  const { entered, ...overlay } = opened;
  return entered === undefined
    ? listKey(state, opened, key)
    : listKey({ ...state, overlay }, overlay, key);
}

function listKey(state: State, overlay: ModelsOverlay, { chord, now }: OverlayKey): Step {
  const rows = runtimeRows(state);
  const row = rows[Math.min(overlay.selected, rows.length - 1)];
  switch (chord) {
    case "esc":
      return overlay.details ? show(state, { ...overlay, details: false }) : closed(state);
    case "q":
    case "ctrl+c":
      return closed(state);
    case "enter":
      return show(state, { ...overlay, details: !overlay.details }, row);
    case "r":
      return step(state, { type: "refresh-runtimes" });
    case "x":
      return cancel(state, row, now);
    case "l":
    case "u":
    case "t":
    case "c":
    case "m":
      return row && row.type !== "runtime" ? act(state, { row, key: chord, now }) : step(state);
    default: {
      const selected = moved(overlay.selected, { chord, count: rows.length, letters: true });
      return selected === undefined
        ? step(state)
        : show(state, { ...overlay, selected }, rows[Math.min(selected, rows.length - 1)]);
    }
  }
}

function closed(state: State): Step {
  return step(closeOverlay(state));
}

/** The details that are shown of a row are asked for where the list does not tell them. */
function show(state: State, overlay: ModelsOverlay, row?: RuntimeRow): Step {
  const shown = { ...state, overlay };
  const question =
    overlay.details && row && row.type !== "runtime" && undescribed(state, refOf(row));
  return question ? step(shown, question) : step(shown);
}

/** What a model can do has to be known before it is chosen. */
function pick(state: State, row: ModelRow, now: number): Step {
  const model = refOf(row);
  const question = undescribed(state, model);
  if (!question || state.overlay?.type !== "models")
    return choose(state, { mode: state.focus, model, now });
  const overlay = { ...state.overlay, entered: model };
  return step({ ...state, overlay }, question, pickerTimer("entered"));
}

type Act = {
  readonly row: ModelRow;
  readonly key: "l" | "u" | "t" | "c" | "m";
  readonly now: number;
};

function act(state: State, { row, key, now }: Act): Step {
  const name = nameOf(row);
  switch (key) {
    case "l":
      return row.deeds.includes("load")
        ? beginJob(state, loadJob(state, row.runtime, { name }), now).done
        : refuse(
            state,
            row.type === "loaded" ? "it is loaded" : `${title(row)} loads by itself`,
            now,
          );
    case "u":
      return row.type === "loaded" && row.deeds.includes("unload")
        ? unload(state, row, now)
        : refuse(state, row.type === "loaded" ? noUnload(row) : "it is not loaded", now);
    case "t":
      return row.type === "loaded" && row.deeds.includes("keep-alive")
        ? beginJob(state, keepJob(row, now), now).done
        : refuse(
            state,
            row.type === "loaded" ? cannot(row, "set for how long") : "it is not loaded",
            now,
          );
    case "c":
      return row.deeds.includes("copy")
        ? step(state, { type: "copy-by-hand", job: jobOf(state, row) })
        : refuse(state, staysText(row), now);
    case "m":
      return pick(state, row, now);
    default:
      return key satisfies never;
  }
}

function nameOf(row: ModelRow): string {
  return row.type === "loaded" ? (row.model?.name ?? row.loaded.name) : row.model.name;
}

function refOf(row: ModelRow): string {
  return formatModelRef({ runtime: row.runtime.address.id, name: nameOf(row) });
}

function title(row: ModelRow): string {
  return runtimeName(row.runtime);
}

function cannot(row: ModelRow, deed: string): string {
  return `${title(row)} has no way to ${deed} a model`;
}

function noUnload(row: LoadedRow): string {
  return row.loaded.stays ? staysText(row) : cannot(row, "unload");
}

function staysText(row: ModelRow): string {
  return `${title(row)} has its model for as long as it runs: stop it to free the memory`;
}

function refuse(state: State, text: string, now: number): Step {
  return notify(state, { level: "info", text, now, ms: briefMs });
}

/** The job that `l` or `u` does with a row. */
function jobOf(state: State, row: ModelRow): NewJob {
  return row.type === "loaded"
    ? unloadJob(row)
    : loadJob(state, row.runtime, { name: nameOf(row) });
}

type LoadedRow = Extract<RuntimeRow, { type: "loaded" }>;

function unloadJob({ runtime, loaded }: LoadedRow): NewJob {
  const { name: model, instance } = loaded;
  return { runtime: runtime.address.id, deed: { type: "unload", model, instance } };
}

/** Who uses the model now would wait for it to be loaded again. */
function unload(state: State, row: LoadedRow, now: number): Step {
  const job = unloadJob(row);
  const { runtime, loaded, usedBy } = row;
  const details = [
    ...(usedBy.length > 0
      ? [`Used by ${usedBy.join(", ")}: the next request loads it again.`]
      : []),
    ...(isUsedElsewhere(state.models, runtime, loaded.name) ? ["Another ai-rules uses it."] : []),
    ...(runtime.address.local ? [] : ["It is on another machine: others may use it."]),
  ];
  if (details.length === 0) return beginJob(state, job, now).done;
  const question = `Unload ${printable(loaded.name)}?`;
  const confirm = { deed: "run-job", mode: state.focus, question, details, job } as const;
  return step({ ...state, overlay: { type: "confirm", confirm } });
}

const minute = 60_000;

/** How long a model can be made to stay: each press takes the next one, after the last the first. */
const keepChoices = [
  { keepAlive: "5m", ms: 5 * minute },
  { keepAlive: "30m", ms: 30 * minute },
  { keepAlive: "2h", ms: 120 * minute },
  { keepAlive: "-1", ms: Number.POSITIVE_INFINITY },
] as const;

/** A moment has passed since the time was set. */
const slackMs = 15_000;

function keepJob({ runtime, loaded }: LoadedRow, now: number): NewJob {
  const left = timeLeft(loaded, now);
  const next = keepChoices.find(({ ms }) => ms > left + slackMs) ?? keepChoices[0];
  const { keepAlive } = next;
  return {
    runtime: runtime.address.id,
    deed: { type: "keep-alive", model: loaded.name, keepAlive },
  };
}

function timeLeft({ expiresAt }: LoadedModel, now: number): number {
  if (expiresAt === "never") return Number.POSITIVE_INFINITY;
  return expiresAt === undefined ? 0 : expiresAt - now;
}

/** Gives up what is done with the selected model; else the focused mode's switch, else any other. */
function cancel(state: State, row: RuntimeRow | undefined, now: number): Step {
  const job = row && row.type !== "runtime" ? row.job : undefined;
  if (job) return cancelJob(state, job.id, now);
  const { switches, jobs } = state.models;
  const mode = [state.focus, ...agentModes].find((each) => switches[each]);
  if (mode) return cancelSwitch(state, mode, now);
  return jobs[0] ? cancelJob(state, jobs[0].id, now) : step(state);
}

function cancelJob(state: State, id: string, now: number): Step {
  const modes = modesAwaiting(state, id);
  if (modes.length === 0) return giveUpJob(state, id);
  return modes.reduce<Step>(
    (done, mode) => andThen(done, (next) => cancelSwitch(next, mode, now)),
    step(state),
  );
}
