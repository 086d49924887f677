/** Models that an MLX settings file names, with where they lie. */
import { isAbsolute, relative } from "node:path";
import { agentModes } from "../core/mode.ts";
import { printable } from "../core/text.ts";
import type { Entry, Unread } from "./mlx-config-entries.ts";

export type NamedModel = {
  readonly key: string;
  readonly name: string;
  /** Undefined where the value says none. */
  readonly where: string | undefined;
  /** It only repeats the name. */
  readonly isName?: true;
};

/** The models that an entry names; undefined where it says something else. */
export function namedModels(entry: Entry): readonly NamedModel[] | undefined {
  const { path, value, key } = entry;
  const at = path.findIndex((part) => /^(mlx[_-]?)?models?$/i.test(part));
  if (at < 0) return flat(entry);
  const [name, detail, ...deeper] = path.slice(at + 1);
  if (name === undefined) return Array.isArray(value) ? listed(key, value) : flat(entry);
  const model = { key, name, where: where(value) };
  if (detail === undefined) return isPlaceWord(name) ? flat(entry) : [model];
  if (deeper.length === 0 && isPlaceWord(detail)) return [model];
  if (deeper.length === 0 && detail === "name") return [{ ...model, isName: true }];
  // Of a model that is called as a mode, the rest is that mode's.
  return isMode(name) ? undefined : [{ key, name, where: undefined }];
}

/** "MLX_MODEL_PLAN", or "plan: { model: ... }". */
function flat(entry: Entry): readonly NamedModel[] | undefined {
  const { key, words, value } = entry;
  const mode = words.find(isMode);
  const rest = words.filter((word) => word !== mode).join("");
  if (mode === undefined || !/^models?(path|name|dir|directory|repo)?$/.test(rest))
    return undefined;
  return [{ key, name: mode, where: where(value) }];
}

/** A bare list: each is called what its path ends in. */
function listed(key: string, items: readonly unknown[]): readonly NamedModel[] {
  return items.map((item) => ({ key, name: "0", where: where(item) }));
}

function isMode(word: string): boolean {
  return agentModes.some((mode) => mode === word.toLowerCase());
}

function isPlaceWord(word: string): boolean {
  return /^(path|dir|directory|folder|root|location|repo|repository|hf[_-]?(path|repo)|model([_-]?path)?|id)$/i.test(
    word,
  );
}

function where(value: unknown): string | undefined {
  const text = typeof value === "string" ? value.trim() : "";
  return text === "" || text.includes("\0") ? undefined : text;
}

export type Named = {
  readonly modelsPath: string | undefined;
  readonly models: Readonly<Record<string, string>> | undefined;
  readonly unread: readonly Unread[];
};

/** The names as ai-rules takes them, their places below the directory of models. */
export function modelNames(found: readonly NamedModel[], path: string | undefined): Named {
  const unread: Unread[] = [];
  const models = new Map<string, string>();
  // A place that is written out counts before a name that is all there is.
  const order = found.toSorted((a, b) => Number(a.isName ?? false) - Number(b.isName ?? false));
  // Without a directory of models, their places are meant from the project.
  const isFromProject =
    path === undefined && order.some((model) => /^\.\.?\//.test(model.where ?? ""));
  const modelsPath = isFromProject ? "." : path && fromProject(path);
  for (const { key, name: written, where: place, isName } of order) {
    const name = asName(written, place);
    const why = refusal({ name, place, isTaken: models.has(name) });
    if (why === undefined && place !== undefined) models.set(name, below(place, modelsPath));
    else if (!isName) unread.push({ key: printable(key), why: why ?? "it names no model" });
  }
  return {
    modelsPath,
    models: models.size === 0 ? undefined : Object.fromEntries(models),
    unread,
  };
}

/** A name as the settings take it; an item of a list is called what its path ends in. */
function asName(written: string, place = ""): string {
  const isNumber = /^\d+$/.test(written);
  const name = isNumber ? (place.split("/").findLast(Boolean) ?? written) : written;
  return name.replace(/[^\w.:-]+/g, "-").replace(/^[^A-Za-z0-9]+/, "");
}

type Naming = {
  readonly name: string;
  readonly place: string | undefined;
  readonly isTaken: boolean;
};

function refusal({ name, place, isTaken }: Naming): string | undefined {
  if (place === undefined) return "ai-rules has no such setting for a single model";
  if (name === "") return "a model's name has letters or digits";
  return isTaken ? `another model is called ${name} already` : undefined;
}

/** The guide's own variable is the directory itself. */
const variables = /^\$(?:\{MLX_MODELS_PATH\}|MLX_MODELS_PATH\b)\/*/;
const project = /^\$(?:\{(?:PWD|AI_RULES_PROJECT_ROOT)\}|(?:PWD|AI_RULES_PROJECT_ROOT)\b)\/*/;

/** A path of the project without the variable that says so. */
function fromProject(path: string): string {
  const home = path.replace(/^\$(?:\{HOME\}|HOME\b)/, "~");
  const plain = home.replace(project, "");
  return plain === "" ? "." : plain;
}

function below(place: string, modelsPath: string | undefined): string {
  if (variables.test(place)) return place.replace(variables, "");
  const path = fromProject(place);
  if (modelsPath === undefined || isAbsolute(modelsPath) !== isAbsolute(path)) return path;
  const within = relative(modelsPath, path);
  if (within !== "" && !within.startsWith("..")) return within;
  // Any other stands below the directory already, or is a repository; a whole path stays whole.
  const isFromProject = /^\.\.?\//.test(place) || project.test(place);
  return isFromProject && !isAbsolute(path) ? within : path;
}
