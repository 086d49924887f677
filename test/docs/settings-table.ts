/** The table of settings, made from the JSON schema that ships. */
import { agentModes } from "../../src/core/mode.ts";
import { settingsJsonSchema } from "../../src/project/settings-schema.ts";

/** One row a setting, in Markdown. */
export function settingsTable(): string {
  const rows = rowsOf(settingsJsonSchema(), []).map(
    ({ path, meaning }) => `| \`${path}\` | ${meaning} |`,
  );
  return ["| setting | meaning |", "|---|---|", ...new Set(rows), ""].join("\n");
}

type Row = { readonly path: string; readonly meaning: string };

function rowsOf(schema: unknown, path: readonly string[]): readonly Row[] {
  const { properties, description, additionalProperties } = fieldsOf(schema);
  const name = path.join(".");
  const own =
    typeof description === "string" && name !== "" ? [{ path: name, meaning: description }] : [];
  // One row stands for all actions: the key table has their names.
  if (name === "keys.bindings")
    return [{ path: "keys.bindings.ACTION", meaning: String(description) }];
  const below = Object.entries(fieldsOf(properties)).flatMap(([key, value]) =>
    rowsOf(value, [...path, shownKey(key)]),
  );
  // One row stands for all ids; where no others are allowed, it is `false`.
  const others = additionalProperties ? rowsOf(additionalProperties, [...path, idOf(path)]) : [];
  return [...own, ...below, ...others];
}

/** What stands for the names that the user gives. */
function idOf(path: readonly string[]): string {
  return path.at(-1) === "models" ? "NAME" : "ID";
}

/** The three modes have the same settings. */
function shownKey(key: string): string {
  return agentModes.some((mode) => mode === key) ? "MODE" : key;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
