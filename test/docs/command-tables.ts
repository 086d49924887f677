/** Tables of commands: what they do, with their options, and the fields of what they tell as JSON. */
import {
  type Argument,
  type CommandName,
  commandNames,
  commandOf,
  commonOptions,
  type Option,
  options,
} from "../../src/cli/commands.ts";
import { agentModes } from "../../src/core/mode.ts";

/** One row for a command and each below it, one below those for each option that is its own. */
export function commandTable(first: CommandName): string {
  const rows = commandNames
    .filter((name) => name === first || name.startsWith(`${first} `))
    .flatMap((name) => {
      const command = commandOf(name);
      const words = [name, ...command.arguments.map(argumentText)].join(" ");
      const own = command.options
        .filter((option) => !commonOptions.includes(option))
        .map((option) => `| &nbsp;&nbsp;\`${optionText(option)}\` | ${options[option].help} |`);
      return [`| \`${words}\` | ${command.summary} |`, ...own];
    });
  return ["| `ai-rules ...` | does |", "|---|---|", ...rows, ""].join("\n");
}

function argumentText({ name, optional }: Argument): string {
  return optional ? `[${name}]` : name;
}

function optionText(name: keyof typeof options): string {
  const { value, optionalValue }: Option = options[name];
  if (value === undefined) return `--${name}`;
  return optionalValue ? `--${name} [${value}]` : `--${name} ${value}`;
}

/** One row a field of a report, made from the JSON schema that ships. */
export function reportTable(schema: object): string {
  const rows = rowsOf(schema, "").map(({ path, meaning }) => `| \`${path}\` | ${meaning} |`);
  return ["| field | meaning |", "|---|---|", ...new Set(rows), ""].join("\n");
}

type Row = { readonly path: string; readonly meaning: string };

function rowsOf(schema: unknown, path: string): readonly Row[] {
  const { properties, items, description, enum: choices } = fieldsOf(schema);
  const names = Object.keys(fieldsOf(properties));
  const text = typeof description === "string" ? description : "";
  const words = Array.isArray(choices) ? `${choices.map((each) => `\`${each}\``).join(" ")}. ` : "";
  const own = path !== "" && text !== "" ? [{ path, meaning: `${words}${text}` }] : [];
  if (items !== undefined) return [...own, ...rowsOf(items, `${path}[]`)];
  // What a problem and a source are is said once, above the table.
  if (names.join() === "code,message,remedy" || names.join() === "from,name") {
    return path.endsWith("[]") ? [] : own;
  }
  return [
    ...own,
    ...names.flatMap((name) =>
      rowsOf(fieldsOf(properties)[name], path === "" ? name : `${path}.${shownName(name)}`),
    ),
  ];
}

/** The three modes have the same fields. */
function shownName(name: string): string {
  return agentModes.some((mode) => mode === name) ? "MODE" : name;
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}
