/** The settings of a project: its `ai-rules.json` over the user's `config.json` over the defaults. */
import { dirname, join } from "node:path";
import { parseByteSize } from "../core/byte-size.ts";
import type { Problem } from "../core/error.ts";
import { byMode } from "../core/mode.ts";
import {
  defaultSettings,
  type ModeSettings,
  type RuntimeSettings,
  type Settings,
} from "../core/settings.ts";
import type { Ports } from "../platform/ports.ts";
import { directoriesOf } from "./directories.ts";
import { mergeTuning, withWholeModelPaths } from "./runtime-tuning.ts";
import { recallSettings, rememberSettings } from "./settings-memory.ts";
import type { FileSettings } from "./settings-schema.ts";
import { wholePath } from "./whole-path.ts";

export type LoadedSettings = {
  /** What is good of the files, with every default filled in. */
  readonly settings: Settings;
  /** Keys nobody knows. */
  readonly warnings: readonly Problem[];
  /** What is wrong with the files; each with its position. */
  readonly errors: readonly Problem[];
};

export type SettingsPorts = Pick<Ports, "files" | "env" | "host">;

/** The files that hold settings, the weakest first. */
export function settingsFiles(ports: Pick<Ports, "env" | "host">, root: string): readonly string[] {
  return [directoriesOf(ports).userSettings, join(root, "ai-rules.json")];
}

/** Reads the settings; a file that is not there is fine, one that is broken keeps what is good. */
export async function loadSettings(ports: SettingsPorts, root: string): Promise<LoadedSettings> {
  const read = await Promise.all(
    settingsFiles(ports, root).map((file) => readSettingsFile(ports, { file, root })),
  );
  return {
    settings: read.reduce(
      (below, { settings }, index) => mergeSettings(below, settings, origins[index] ?? "project"),
      defaultSettings,
    ),
    warnings: read.flatMap(({ warnings }) => warnings),
    errors: read.flatMap(({ errors }) => errors),
  };
}

/** Which file is whose, in the order of `settingsFiles`. */
export const origins = ["user", "project"] as const;

export type Origin = (typeof origins)[number];

type SettingsSource = { readonly file: string; readonly text: string };

export type ReadSettingsFile = Omit<LoadedSettings, "settings"> & {
  readonly settings: FileSettings;
  /** Absent when there is no such file. */
  readonly text?: string;
};

/** Reads one of the `settingsFiles`; its paths are whole. */
export async function readSettingsFile(
  ports: SettingsPorts,
  { file, root }: { readonly file: string; readonly root: string },
): Promise<ReadSettingsFile> {
  const { files, host } = ports;
  let text: string | undefined;
  try {
    text = await files.readText(file);
  } catch (error) {
    return { settings: {}, warnings: [], errors: [unreadable(file, error)] };
  }
  if (text === undefined) return { settings: {}, warnings: [], errors: [] };
  const parsed = await parse(ports, { file, text: text.replace(/^\uFEFF/, "") });
  const settings = withWholePath(parsed.settings, { file, home: host.home });
  return { ...parsed, text, settings: withWholeModelPaths(settings, { root, home: host.home }) };
}

async function parse(ports: SettingsPorts, source: SettingsSource): Promise<ReadSettingsFile> {
  const recalled = await recallSettings(ports, source.text);
  if (recalled) return { settings: recalled, warnings: [], errors: [] };
  // The parser and zod are loaded only now: a start that knows its settings does not pay for them.
  const { parseSettings } = await import("./settings-file.ts");
  const parsed = parseSettings(source);
  const isGood = parsed.warnings.length === 0 && parsed.errors.length === 0;
  if (isGood) await rememberSettings(ports, source.text, parsed.settings);
  return parsed;
}

/** A relative `opencode.path` is meant from the file it stands in. */
function withWholePath(
  settings: FileSettings,
  { file, home }: { readonly file: string; readonly home: string },
): FileSettings {
  const path = settings.opencode?.path;
  if (!path) return settings;
  return { ...settings, opencode: { path: wholePath(path, { base: dirname(file), home }) } };
}

/** Lays the settings of a file over others, value by value. */
function mergeSettings(below: Settings, above: FileSettings, from: Origin): Settings {
  const shell = above.shell ?? below.shell;
  const path = above.opencode?.path ?? below.opencode.path;
  const budget = budgetOf(above) ?? below.memoryBudgetBytes;
  return {
    ...(shell === undefined ? {} : { shell }),
    modes: byMode((mode) => mergeMode(below.modes[mode], above.modes?.[mode] ?? {}, from)),
    layout: above.layout ?? below.layout,
    keys: {
      prefix: above.keys?.prefix ?? below.keys.prefix,
      bindings: { ...below.keys.bindings, ...bindingsOf(above) },
    },
    scrollback: above.scrollback ?? below.scrollback,
    opencode: path === undefined ? {} : { path },
    runtimes: mergeRuntimes(below.runtimes, above.runtimes ?? {}, from),
    ...(budget === undefined ? {} : { memoryBudgetBytes: budget }),
  };
}

type FileMode = NonNullable<NonNullable<FileSettings["modes"]>["plan"]>;

function mergeMode(
  below: ModeSettings,
  { command, model, temperature, agent, env }: FileMode,
  from: Origin,
): ModeSettings {
  return {
    ...below,
    ...(command ? { command } : {}),
    ...(model === undefined ? {} : { model, modelFrom: from }),
    ...(temperature === undefined ? {} : { temperature, temperatureFrom: from }),
    ...(agent === undefined ? {} : { agent }),
    env: { ...below.env, ...env },
  };
}

type FileRuntime = NonNullable<FileSettings["runtimes"]>[string];

function mergeRuntimes(
  below: Settings["runtimes"],
  above: Readonly<Record<string, FileRuntime>>,
  from: Origin,
): Settings["runtimes"] {
  const merged = Object.entries(above).map(([id, runtime]) => {
    const tuning = mergeTuning(below[id]?.tuning, runtime, from);
    return [id, { ...below[id], ...runtimeOf(runtime), ...(tuning ? { tuning } : {}), from }];
  });
  return { ...below, ...Object.fromEntries(merged) };
}

function runtimeOf({
  type,
  url,
  apiKeyVariable,
  keepAlive,
  enabled,
}: FileRuntime): Omit<RuntimeSettings, "from" | "tuning"> {
  return {
    ...(type === undefined ? {} : { kind: type }),
    ...(url === undefined ? {} : { url }),
    ...(apiKeyVariable === undefined ? {} : { tokenVariable: apiKeyVariable }),
    ...(keepAlive === undefined ? {} : { keepAlive: String(keepAlive) }),
    ...(enabled === undefined ? {} : { off: !enabled }),
  };
}

function budgetOf({ memory }: FileSettings): number | undefined {
  return memory?.budget === undefined ? undefined : parseByteSize(String(memory.budget));
}

/** One chord, several, or null for none: always a list from here on. */
function bindingsOf({ keys }: FileSettings): Settings["keys"]["bindings"] {
  const set = Object.entries(keys?.bindings ?? {}).flatMap(([action, chords]) => {
    if (chords === undefined) return [];
    return [[action, chords === null ? [] : [chords].flat()]];
  });
  return Object.fromEntries(set);
}

function unreadable(file: string, error: unknown): Problem {
  return {
    code: "settings/unreadable",
    message: `the settings cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    remedy: `make ${file} readable`,
    position: { file },
  };
}
