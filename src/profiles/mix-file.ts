/**
 * What a mix.exs says of its project. It is read as text and never run: it may hold any code, and
 * the Elixir for it may not be there yet. What it computes is followed as far as names lead: local
 * functions and module attributes.
 */
import { type ElixirToken, elixirTokens } from "./elixir-tokens.ts";

export type MixFile = {
  /** `app: :my_app`. */
  readonly application?: string;
  /** The requirement in `elixir: "~> 1.17"`. */
  readonly elixir?: string;
  /** The folder of an umbrella's applications. */
  readonly appsPath?: string;
  /** Names of the dependencies, in the order of the file. */
  readonly dependencies: readonly string[];
  /** It has the list of targets that Nerves' generator writes. */
  readonly hasTargets: boolean;
};

type Tokens = readonly ElixirToken[];

/** Many times what a long mix.exs has; a text that is made to be slow to read stays harmless. */
const mostTokens = 20_000;

/** Reads a mix.exs; a text that is none gives nothing. */
export function readMixFile(text: string): MixFile {
  const tokens = elixirTokens(text).slice(0, mostTokens);
  const module = { functions: functionsOf(tokens), attributes: attributesOf(tokens) };
  const project = module.functions.get("project") ?? [];
  const application = textOf(entry(project, "app"), "atom", module);
  const elixir = textOf(entry(project, "elixir"), "string", module);
  const appsPath = textOf(entry(project, "apps_path"), "string", module);
  return {
    ...(application === undefined ? {} : { application }),
    ...(elixir === undefined ? {} : { elixir }),
    ...(appsPath === undefined ? {} : { appsPath }),
    dependencies: dependenciesOf(project, module),
    hasTargets: module.attributes.has("all_targets"),
  };
}

type Module = {
  /** The bodies of each function, of all its clauses. */
  readonly functions: ReadonlyMap<string, Tokens>;
  readonly attributes: ReadonlyMap<string, Tokens>;
};

function functionsOf(tokens: Tokens): Module["functions"] {
  const bodies = new Map<string, ElixirToken[]>();
  for (const [index, token] of tokens.entries()) {
    const name = tokens[index + 1];
    if (!isDefinition(token) || name?.type !== "word") continue;
    const body = bodies.get(name.text) ?? [];
    bodies.set(name.text, body);
    for (const part of bodyAfter(tokens, index + 2)) body.push(part);
  }
  return bodies;
}

function isDefinition({ type, text }: ElixirToken): boolean {
  return type === "word" && (text === "def" || text === "defp");
}

/** The body of a function whose head goes on at `start`: `do ... end`, or what follows `do:`. */
function bodyAfter(tokens: Tokens, start: number): Tokens {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!token || isDefinition(token)) return [];
    depth += bracketStep(token);
    if (depth > 0) continue;
    if (token.type === "key" && token.text === "do") return expression(tokens, at + 1);
    if (token.type === "word" && token.text === "do") return block(tokens, at + 1);
  }
  return [];
}

/** What stands between a `do` and its `end`; where that is missing, up to the next function. */
function block(tokens: Tokens, start: number): Tokens {
  let open = 1;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.type !== "word" || isField(tokens, at)) continue;
    if (isDefinition(token)) return tokens.slice(start, at);
    if (token.text === "do" || token.text === "fn") open += 1;
    if (token.text === "end") open -= 1;
    if (open === 0) return tokens.slice(start, at);
  }
  return tokens.slice(start);
}

/** `range.end` is no keyword. */
function isField(tokens: Tokens, at: number): boolean {
  const before = tokens[at - 1];
  return before?.type === "symbol" && before.text === ".";
}

/** The value at `start`: up to the comma, bracket, `end` or definition that ends it. */
function expression(tokens: Tokens, start: number): Tokens {
  let depth = 0;
  for (let at = start; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (!token || isDefinition(token)) return tokens.slice(start, at);
    if (depth === 0 && endsExpression(tokens, at)) return tokens.slice(start, at);
    depth += bracketStep(token);
    if (depth < 0) return tokens.slice(start, at);
  }
  return tokens.slice(start);
}

function endsExpression(tokens: Tokens, at: number): boolean {
  const token = tokens[at];
  if (token?.type === "symbol") return token.text === "," || opensAttribute(tokens, at);
  return token?.type === "word" && token.text === "end" && !isField(tokens, at);
}

function bracketStep({ type, text }: ElixirToken): number {
  if (type !== "symbol") return 0;
  if (text === "(" || text === "[" || text === "{") return 1;
  return text === ")" || text === "]" || text === "}" ? -1 : 0;
}

function attributesOf(tokens: Tokens): Module["attributes"] {
  const values = new Map<string, Tokens>();
  for (const index of tokens.keys()) {
    const name = tokens[index + 1];
    if (name && opensAttribute(tokens, index) && !values.has(name.text))
      values.set(name.text, expression(tokens, index + 2));
  }
  return values;
}

/** `@name value` gives an attribute its value; `@name` before a sign uses it. */
function opensAttribute(tokens: Tokens, at: number): boolean {
  const [sign, name, value] = tokens.slice(at, at + 3);
  if (sign?.type !== "symbol" || sign.text !== "@" || name?.type !== "word" || !value) return false;
  if (value.type !== "symbol") return value.type !== "key" && !operators.has(value.text);
  return value.text === "[" || value.text === "{" || value.text === "%";
}

/** Words that go on with an expression, or end it, instead of being a value. */
const operators: ReadonlySet<string> = new Set(["and", "or", "in", "when", "do", "end", "not"]);

/** The value of a key in a keyword list: the one that is in the fewest brackets. */
function entry(tokens: Tokens, key: string): Tokens {
  let depth = 0;
  let best: { readonly depth: number; readonly at: number } | undefined;
  for (const [at, token] of tokens.entries()) {
    depth += bracketStep(token);
    if (token.type !== "key" || token.text !== key) continue;
    if (!best || depth < best.depth) best = { depth, at };
  }
  return best ? expression(tokens, best.at + 1) : [];
}

/** A value that is one atom or one string, as it stands or as the attribute that holds it. */
function textOf(value: Tokens, type: "atom" | "string", module: Module): string | undefined {
  const [first, second] = value;
  if (first?.type === type && value.length === 1) return first.text;
  const isAttribute = first?.type === "symbol" && first.text === "@" && value.length === 2;
  const held = isAttribute && second ? module.attributes.get(second.text) : undefined;
  return held?.length === 1 && held[0]?.type === type ? held[0].text : undefined;
}

function dependenciesOf(project: Tokens, module: Module): readonly string[] {
  const value = entry(project, "deps");
  const start = value.length > 0 ? value : (module.functions.get("deps") ?? []);
  return [...new Set(reached(start, module).flatMap(namesIn))];
}

/** A value, and those of the functions and attributes it names, and so on. */
function reached(start: Tokens, module: Module): readonly Tokens[] {
  const found = new Set([start]);
  // A set is gone through with what is added meanwhile.
  for (const tokens of found) {
    for (const [at, token] of tokens.entries()) {
      if (token.type !== "word" || isField(tokens, at)) continue;
      const before = tokens[at - 1];
      const isAttribute = before?.type === "symbol" && before.text === "@";
      const next = (isAttribute ? module.attributes : module.functions).get(token.text);
      if (next) found.add(next);
    }
  }
  return [...found];
}

/** Names of dependencies in a list: `{:name, ...}` and `name: ...`. */
function namesIn(tokens: Tokens): readonly string[] {
  const names: string[] = [];
  /** The open brackets. What is in a tuple, a map or a call are the options of something. */
  const open: string[] = [];
  for (const [at, token] of tokens.entries()) {
    if (token.type === "key" && isNameInList(tokens, { at, open })) names.push(token.text);
    if (token.type !== "symbol") continue;
    const step = bracketStep(token);
    if (step > 0) {
      const name = token.text === "{" && !open.includes("{") ? nameInTuple(tokens, at) : undefined;
      if (name !== undefined) names.push(name);
      open.push(isListOfOptions(tokens, at) ? "options" : token.text);
    }
    if (step < 0) open.pop();
  }
  return names;
}

/** `{:ok, value}` and `{:error, reason}` are what functions return. */
const results: ReadonlySet<string> = new Set(["ok", "error"]);

function nameInTuple(tokens: Tokens, at: number): string | undefined {
  const [before, name, comma] = [tokens[at - 1], tokens[at + 1], tokens[at + 2]];
  if (before?.type === "symbol" && before.text === "%") return undefined;
  if (name?.type !== "atom" || comma?.type !== "symbol" || comma.text !== ",") return undefined;
  return results.has(name.text) ? undefined : name.text;
}

function isListOfOptions(tokens: Tokens, at: number): boolean {
  return tokens[at]?.text === "[" && tokens[at - 1]?.type === "key";
}

/** `[ash: "~> 3.0"]` is the same list as `[{:ash, "~> 3.0"}]`. */
function isNameInList(
  tokens: Tokens,
  { at, open }: { readonly at: number; readonly open: readonly string[] },
): boolean {
  const value = tokens[at + 1];
  const isInList = open.length > 0 && open.every((bracket) => bracket === "[");
  const isValue = value?.type === "string" || (value?.type === "symbol" && value.text === "[");
  return isInList && isValue && !optionNames.has(tokens[at]?.text ?? "");
}

/** Options of a dependency (`mix help deps`): a list of them is no list of dependencies. */
const optionNames: ReadonlySet<string> = new Set([
  "app",
  "branch",
  "compile",
  "depth",
  "env",
  "git",
  "github",
  "hex",
  "in_umbrella",
  "manager",
  "only",
  "optional",
  "organization",
  "override",
  "path",
  "ref",
  "repo",
  "runtime",
  "sparse",
  "subdir",
  "submodules",
  "system_env",
  "tag",
  "targets",
]);
