/** What `ai-rules config` tells, as plain data: the JSON, from which the text is made as well. */
import type { FilePosition, Problem } from "../core/error.ts";
import { maskedData } from "../core/redact.ts";
import type { SettingSource } from "../core/runtime.ts";
import type {
  ExplainedSetting,
  ExplainedSettings,
  SettingPlace,
} from "../project/explain-settings.ts";
import type { SaidElsewhere } from "./config-models.ts";
import type { ConfigReport } from "./config-report-schema.ts";

type Request = {
  readonly root: string;
  readonly explained: ExplainedSettings;
  readonly elsewhere: SaidElsewhere;
  /** What is wrong with the keys, whichever file they stand in. */
  readonly keyProblems: readonly Problem[];
  /** Shows secrets as they are. */
  readonly secrets: boolean;
};

type Setting = ConfigReport["settings"][number];

/** The report on the settings of a project. */
export function configReport(request: Request): ConfigReport {
  const { root, explained, elsewhere, keyProblems, secrets } = request;
  const fromFiles = explained.settings.map((setting) => settingOf(setting, secrets));
  const known = new Map(fromFiles.map((setting) => [setting.name, setting]));
  const others = [...elsewhere.said].map(([name, { value, source }]): Setting => {
    const below = known.get(name)?.source;
    return { name, value, source: sourceOf(source), ...(below ? { overruled: below } : {}) };
  });
  const settings = new Map([...known, ...others.map((each) => [each.name, each] as const)]);
  return {
    version: 1,
    project: root,
    files: explained.files.map((file) => ({ ...file })),
    settings: [...settings.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)),
    problems: [
      ...explained.errors.map((problem) => problemOf("error", problem)),
      ...[...explained.warnings, ...keyProblems, ...elsewhere.problems].map((problem) =>
        problemOf("warning", problem),
      ),
    ],
  };
}

function settingOf({ name, value, place, overruled }: ExplainedSetting, secrets: boolean): Setting {
  return {
    name,
    value: secrets ? value : withoutSecretsOf(name, value),
    source: placeOf(place),
    ...(overruled ? { overruled: placeOf(overruled) } : {}),
  };
}

/** `modes.MODE.env.NAME` is a variable; no other setting is named after what it holds. */
function withoutSecretsOf(name: string, value: unknown): unknown {
  const variable = /^modes\.\w+\.env\.(.+)$/.exec(name)?.[1] ?? "";
  return maskedData(value, variable);
}

function placeOf(place: SettingPlace): Setting["source"] {
  return place.from === "default"
    ? { from: "default" }
    : { from: place.from, ...placeIn(place.position) };
}

function sourceOf(source: SettingSource): Setting["source"] {
  return source.from === "variable"
    ? { from: "variable", name: source.name }
    : { from: source.from === "pick" ? "pick" : "default" };
}

function problemOf(
  level: "error" | "warning",
  { code, message, remedy, position }: Problem,
): ConfigReport["problems"][number] {
  return { level, code, message, remedy, ...(position ? placeIn(position) : {}) };
}

function placeIn({ file, line, column }: FilePosition) {
  return { file, line, column };
}
