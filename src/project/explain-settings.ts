/**
 * Each setting with the place that says it, for people who wonder. What holds is worked out by
 * `loadSettings`; here the same values are found with their lines.
 */
import { type Node, parseTree } from "jsonc-parser";
import type { FilePosition, Problem } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import { defaultSettings } from "../core/settings.ts";
import {
  type Origin,
  origins,
  type ReadSettingsFile,
  readSettingsFile,
  type SettingsPorts,
  settingsFiles,
} from "./settings.ts";

export type SettingPlace =
  | { readonly from: "default" }
  | { readonly from: Origin; readonly position: FilePosition };

export type ExplainedSetting = {
  /** "modes.plan.model". */
  readonly name: string;
  readonly value: unknown;
  readonly place: SettingPlace;
  /** A file that says something else, which does not hold. */
  readonly overruled?: SettingPlace;
};

export type ExplainedSettings = {
  readonly files: readonly {
    readonly file: string;
    readonly from: Origin;
    readonly exists: boolean;
  }[];
  /** By name. */
  readonly settings: readonly ExplainedSetting[];
  readonly warnings: readonly Problem[];
  readonly errors: readonly Problem[];
};

/** Reads both files and tells what each says. */
export async function explainSettings(
  ports: SettingsPorts,
  root: string,
): Promise<ExplainedSettings> {
  const read = await Promise.all(
    settingsFiles(ports, root).map(async (file, index) => {
      const from = origins[index] ?? "project";
      return { file, from, ...(await readSettingsFile(ports, { file, root })) };
    }),
  );
  const found = new Map(defaults().map((setting) => [setting.name, setting]));
  for (const setting of read.flatMap(settingsOf)) {
    const below = found.get(setting.name)?.place;
    const overruled = below && below.from !== "default" ? { overruled: below } : {};
    found.set(setting.name, { ...setting, ...overruled });
  }
  return {
    files: read.map(({ file, from, text }) => ({ file, from, exists: text !== undefined })),
    settings: [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    warnings: read.flatMap(({ warnings }) => warnings),
    errors: read.flatMap(({ errors }) => errors),
  };
}

function defaults(): readonly ExplainedSetting[] {
  const { layout, keys, scrollback } = defaultSettings;
  const values: Readonly<Record<string, unknown>> = {
    layout,
    scrollback,
    "keys.prefix": keys.prefix,
    shell: "default",
    ...Object.fromEntries(agentModes.map((mode) => [`modes.${mode}.agent`, mode])),
  };
  return Object.entries(values).map(([name, value]) => ({
    name,
    value,
    place: { from: "default" },
  }));
}

type Read = ReadSettingsFile & { readonly file: string; readonly from: Origin };

function settingsOf({ file, from, text = "", settings }: Read): readonly ExplainedSetting[] {
  const { $schema: _, ...values } = settings;
  const tree = parseTree(text.replace(/^\uFEFF/, ""), [], { allowTrailingComma: true });
  return leavesOf(values, []).map(({ path, value }) => ({
    name: path.join("."),
    value,
    place: { from, position: positionOf({ file, text, tree }, path) },
  }));
}

type Leaf = { readonly path: readonly string[]; readonly value: unknown };

function leavesOf(value: unknown, path: readonly string[]): readonly Leaf[] {
  if (value === undefined) return [];
  if (typeof value !== "object" || value === null || Array.isArray(value) || isUnit(path))
    return [{ path, value }];
  return Object.entries(value).flatMap(([key, below]) => leavesOf(below, [...path, key]));
}

/** One file's quantization takes the place of the other's as a whole. */
function isUnit(path: readonly string[]): boolean {
  return path.length === 3 && path[0] === "runtimes" && path[2] === "quantization";
}

type Source = { readonly file: string; readonly text: string; readonly tree: Node | undefined };

function positionOf({ file, text, tree }: Source, path: readonly string[]): FilePosition {
  const offset = offsetOf(tree, path);
  if (offset === undefined) return { file };
  const before = text
    .replace(/^\uFEFF/, "")
    .slice(0, offset)
    .split("\n");
  return { file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** Of a key that stands there twice the last one counts. */
function offsetOf(node: Node | undefined, path: readonly string[]): number | undefined {
  const [key, ...rest] = path;
  if (node?.type !== "object" || key === undefined) return undefined;
  const property = node.children?.findLast(({ children }) => children?.[0]?.value === key);
  if (!property || rest.length === 0) return property?.offset;
  return offsetOf(property.children?.[1], rest);
}
