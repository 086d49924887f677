/** Names of Elixir applications, as `mix new` takes them and a bit narrower. */
import { basename, dirname, join, resolve } from "node:path";
import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";

/** With `_test` behind it, it is the name of a database: PostgreSQL cuts names after 63 letters. */
const longest = 50;

const valid = /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/u;

/**
 * The name of the application that a new directory is for, or why the directory's name is none, with
 * one that is. `libraries` are those it depends on: Mix takes none of their names.
 */
export function applicationName(
  directory: string,
  libraries: readonly string[] = [],
): string | Problem {
  const name = basename(resolve(directory));
  const fault = faultOf(name, libraries);
  if (fault === undefined) return name;
  const proposed = join(dirname(directory), proposal(name, libraries));
  return {
    code: "usage/application-name",
    message: `"${printable(name)}" is no name for an Elixir application: ${fault}`,
    remedy: `ai-rules init ${pasteable(proposed)}`,
  };
}

/** The path as one word of a shell. */
function pasteable(path: string): string {
  const shown = printable(path);
  return /^[\w./-]+$/u.test(shown) ? shown : `'${shown.replaceAll("'", `'\\''`)}'`;
}

/** `my_app` -> `MyApp`. */
export function moduleName(application: string): string {
  return application
    .split("_")
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}

function faultOf(name: string, libraries: readonly string[]): string | undefined {
  if (!valid.test(name))
    return "it takes small letters, digits and single underscores between them, a letter first";
  if (name.length > longest) return `it has ${name.length} letters, ${longest} are the most`;
  if (words.has(name)) return "it is a word of the language";
  if (applications.has(name)) return "Erlang and Elixir have an application of this name";
  if (modules.has(name.replaceAll("_", "")))
    return `Elixir has a module ${moduleName(name)} of its own`;
  return libraries.includes(name) ? "it would depend on a library of the same name" : undefined;
}

/** The nearest name that is one: "Größe 2" -> `groesse_2`. */
function proposal(name: string, libraries: readonly string[]): string {
  const spelled = name.replace(/\p{L}/gu, (letter) => spellings[letter] ?? letter);
  const parts = spelled
    .normalize("NFKD")
    // Accents, which now stand behind their letters.
    .replace(/\p{M}/gu, "")
    // `MyApp` and `HTTPServer` as Macro.underscore has them.
    .replace(/([A-Z]+)([A-Z][a-z])/gu, "$1_$2")
    .replace(/([a-z0-9])([A-Z])/gu, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/u)
    .filter((part) => part !== "");
  const whole = parts.join("_").slice(0, longest).replace(/_$/u, "");
  const begun = /^[a-z]/u.test(whole) ? whole : `app_${whole}`.slice(0, longest);
  const named = whole === "" ? "my_app" : begun.replace(/_$/u, "");
  return faultOf(named, libraries) === undefined ? named : `${named.slice(0, longest - 4)}_app`;
}

const spellings: Readonly<Record<string, string>> = {
  ä: "ae",
  ö: "oe",
  ü: "ue",
  ß: "ss",
  Ä: "Ae",
  Ö: "Oe",
  Ü: "Ue",
  æ: "ae",
  ø: "o",
  ł: "l",
  đ: "d",
};

const words: ReadonlySet<string> = new Set(
  "after and catch do else end false fn in nil not or rescue true when".split(" "),
);

/** Those of OTP 25 to 29 and of Elixir; Hex is loaded beside each of them. */
const applications: ReadonlySet<string> = new Set(
  `asn1 common_test compiler crypto debugger dialyzer diameter edoc eldap erl_docgen erl_interface
  erts et eunit ftp inets jinterface kernel megaco mnesia observer odbc os_mon parsetools public_key
  reltool runtime_tools sasl snmp ssh ssl stdlib syntax_tools tftp tools wx xmerl
  eex elixir ex_unit hex iex logger mix`.split(/\s+/u),
);

/** Modules of Elixir 1.14 to 1.20 with one word for a name, in small letters: some file systems know no others. */
const modules: ReadonlySet<string> = new Set(
  `access agent application argumenterror arithmeticerror atom badarityerror badbooleanerror
  badfunctionerror badmaperror badstructerror base behaviour bitwise calendar caseclauseerror code
  collectable compileerror condclauseerror config date datetime dict duration dynamicsupervisor eex
  enum enumerable erlangerror exunit exception file float function functionclauseerror genevent
  genserver hashdict hashset iex io inspect integer json kernel keyerror keyword list logger macro
  map mapset matcherror mismatcheddelimitererror missingapplicationserror mix module naivedatetime
  node optionparser partitionsupervisor path port process protocol range record regex registry
  runtimeerror set stream string stringio supervisor syntaxerror system systemlimiterror task time
  tokenmissingerror tryclauseerror tuple uri undefinedfunctionerror unicodeconversionerror version
  withclauseerror`.split(/\s+/u),
);
