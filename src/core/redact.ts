/**
 * Takes secrets out of text that is kept or shown to others: the log, a report. It knows them by
 * their place (a header, a URL, a name that says so), by their look, and by heart: values it was told.
 */

export const hidden = "***";

export type Redactor = {
  /** The text without what is secret in it. */
  readonly redact: (text: string) => string;
  /** Values that are never to be seen again. */
  readonly hide: (values: readonly string[]) => void;
};

/** A shorter value stands in too many words to be taken out of all texts. */
const minLength = 6;

export function createRedactor(): Redactor {
  const known = new Set<string>();
  let longestFirst: readonly string[] = [];
  return {
    redact: (text) => {
      const unknown = longestFirst.reduce((rest, value) => rest.replaceAll(value, hidden), text);
      return withoutSecrets(unknown);
    },
    hide: (values) => {
      const before = known.size;
      for (const value of values.filter(({ length }) => length >= minLength)) {
        known.add(value);
        // As it stands in JSON and in a URL.
        known.add(JSON.stringify(value).slice(1, -1));
        known.add(encodeURIComponent(value.toWellFormed()));
      }
      if (known.size === before) return;
      longestFirst = [...known].sort((a, b) => b.length - a.length);
    },
  };
}

type Rule = { readonly pattern: RegExp; readonly by: string };

const rules: readonly Rule[] = [
  // A key in PEM, whole or cut off.
  {
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    by: hidden,
  },
  // `scheme://user:password@host`; a lone user can be a token, too, and a password can have an @.
  { pattern: /\b([a-z][a-z\d+.-]{0,30}:\/\/)[^\s/"'`<>]+@/gi, by: `$1${hidden}@` },
  // Addresses that let in whoever knows them.
  { pattern: /\b(https:\/\/hooks\.slack\.com\/services\/)[\w/-]+/gi, by: `$1${hidden}` },
  // Headers that a configuration names: whatever they are called, some hold a key.
  { pattern: /(["']headers\\{0,8}["']\s*:\s*)\{[^{}]*\}/gi, by: `$1"${hidden}"` },
  // A header up to the end of its value: cookies and schemes have spaces in them.
  {
    pattern:
      /\b((?:proxy-)?authorization|(?:set-)?cookie|x-[\w-]{0,40}(?:key|token|secret))(["']?\s*[:=]\s*["']?)(?!\s|\*)[^"'\r\n]+/gi,
    by: `$1$2${hidden}`,
  },
  { pattern: /\b(Bearer|Basic)\s+[\w+/.~=-]{8,}/gi, by: `$1 ${hidden}` },
  // What makers of tokens let them begin with, and JSON web tokens.
  {
    pattern:
      /\b(?:sk-[\w-]{16,}(?::\w+)?|gh[opsru]_\w{20,}|github_pat_\w{20,}|gl[a-z]{2,4}-[\w-]{16,}|xox[a-z]-[\w-]{10,}|(?:AKIA|ASIA)[A-Z\d]{16}|hf_\w{20,}|npm_\w{20,}|AIza[\w-]{30,}|eyJ[\w-]{8,2000}\.[\w-]{8,2000}\.[\w-]*)/g,
    by: hidden,
  },
];

/** A parameter of a URL, `?name=value`: first of all, since `http:` looks like a name before a value. */
const parameter = /(?<=[?&])([A-Za-z][\w.-]*)(=)([^\s"'`<>&#|)}\]]+)/g;

/** A name and its value, as in `NAME=value`, `"name": "value"`, also with quotes that are escaped. */
const assignment =
  /(?<![\w.-])([A-Za-z_-][\w.-]*)(\\{0,8}["']?\s*[:=]\s*)(\\{1,8}"[^"\\]*\\{1,8}"|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',;&|)}\]\\]+)/g;

/** The same as `--name value`, and `-name value` of Erlang. */
const option = /(?<![\w-])(--?[A-Za-z][\w-]*)(\s+)("(?:[^"\\]|\\.)*"|'[^']*'|[^\s"',;&|)}\]]+)/g;

/** The text without what looks like a secret. */
export function withoutSecrets(text: string): string {
  const ruled = rules.reduce((rest, { pattern, by }) => rest.replace(pattern, by), text);
  return [parameter, assignment, option].reduce(
    (rest, pattern) => rest.replace(pattern, withoutValue),
    ruled,
  );
}

function withoutValue(whole: string, name: string, between: string, value: string): string {
  if (!isSecretName(name) || isHarmless(value)) return whole;
  const quote = /^(?:\\*"|')/.exec(value)?.[0] ?? "";
  return `${name}${between}${quote}${hidden}${quote}`;
}

const secretWords: ReadonlySet<string> = new Set([
  ..."secret secrets token key apikey password passwd passphrase passcode pass pwd".split(" "),
  ..."credential credentials auth authorization cookie cookies pat salt".split(" "),
  ..."setcookie signature sig jwt dsn".split(" "),
]);

/** "keys" alone are those of a keyboard. */
const secretKeys = /(?:api|access|secret|encryption|private|signing)keys$/;

/** What ends a name of something that leads to a secret and is none. */
const places = /^(file|path|dir|directory|sock|socket|agent|name|variable|home|host|port|url|id)$/;

/** Whether a name says that its value is a secret: GITHUB_TOKEN, apiKey, SECRET_KEY_BASE, db-password. */
export function isSecretName(name: string): boolean {
  // The working directory of a shell, and the one before.
  if (name === "PWD" || name === "OLDPWD") return false;
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z\d]+/);
  const last = words.at(-1) ?? "";
  const isNamed =
    words.some((word) => secretWords.has(word) || /^(?:pg)?passw(or)?d$/.test(word)) ||
    secretKeys.test(words.join(""));
  if (!isNamed) return false;
  // ACCESS_KEY_ID is half of a pair that opens something.
  return !places.test(last) || (last === "id" && words.includes("access"));
}

/** Yes and no, a short number: what switches something, or counts. */
function isHarmless(value: string): boolean {
  return /^["']?(?:true|false|yes|no|on|off|null|undefined|none|\d{0,5}|\*+(?:#.*)?)["']?$/i.test(
    value,
  );
}

/** The secrets among variables: of names that say so, and those within URLs and options. */
export function secretValues(variables: Readonly<Record<string, string>>): readonly string[] {
  const found = Object.entries(variables).flatMap(([name, value]) => {
    if (isSecretName(name)) return isHarmless(value) ? [] : [value.trim()];
    return [...passwordsIn(value), ...valuesIn(value)];
  });
  return found.filter((value) => !isWord(value));
}

function passwordsIn(value: string): readonly string[] {
  const found = [...value.matchAll(/:\/\/([^\s/:@]*):([^\s/]+)@/g)];
  return found.flatMap(([, user, password = ""]) => (password === user ? [] : [password]));
}

function valuesIn(text: string): readonly string[] {
  return [parameter, option]
    .flatMap((pattern) => [...text.matchAll(pattern)])
    .filter(([, name = "", , value = ""]) => isSecretName(name) && !isHarmless(value))
    .map(([, , , value = ""]) => value.replaceAll(/^["']|["']$/g, ""));
}

/** What opens nothing that is not open, and stands in many lines. */
function isWord(value: string): boolean {
  return /^(?:postgres|password|secret|changeme|admin|example|test)$/i.test(value);
}

/** Variables with what is secret in them hidden: to be shown. */
export function maskedVariables(
  variables: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, maskedValue(name, value)]),
  );
}

/** The value of a variable or setting of this name, to be shown. */
export function maskedValue(name: string, value: string): string {
  return isSecretName(name) && !isHarmless(value) ? hidden : withoutSecrets(value);
}

/** Data as JSON has it, with what is secret in it hidden: by the names of fields, and in texts. */
export function maskedData(data: unknown, name = ""): unknown {
  if (typeof data === "string") return maskedValue(name, data);
  if (typeof data === "number" && isSecretName(name)) return hidden;
  if (Array.isArray(data))
    return data.map((each, at) => maskedData(each, itemName(data, at, name)));
  if (typeof data !== "object" || data === null) return data;
  const isHeaders = /headers$/i.test(name);
  return Object.fromEntries(
    Object.entries(data).map(([field, value]) => [
      field,
      isHeaders && typeof value === "string" ? hidden : maskedData(value, field),
    ]),
  );
}

/** A command, to be shown. */
export function maskedCommand(words: readonly string[]): readonly string[] {
  return words.map((word, at) => maskedValue(itemName(words, at, ""), word));
}

/** In a command the option before a value names it: `["run", "--token", "abc"]`. */
function itemName(items: readonly unknown[], at: number, name: string): string {
  const before = items[at - 1];
  return typeof before === "string" && /^--?[a-z]/i.test(before) ? before : name;
}
