/**
 * Merges JSON key by key. What a person wrote wins; comments stay. A value is one whole where its keys
 * mean nothing alone: rules, of which the last that matches wins, and programs with their arguments.
 */
import { applyEdits, findNodeAtLocation, modify } from "jsonc-parser";
import { isObject, type JsonObject } from "../../core/json.ts";
import { insertProperties } from "./json-insert.ts";
import { copiedValue, type JsonText, readJson, writtenValue } from "./json-text.ts";

type Path = readonly string[];

export type JsonMerge = {
  readonly text: string;
  /** Keys that both sides changed ("agent.plan.temperature"): the person's value stays. */
  readonly kept: readonly string[];
};

/** Adds the keys that a text lacks; undefined when the text is no JSON object. */
export function addMissingKeys(text: string, theirs: string): JsonMerge | undefined {
  return updateKeys(text, { base: "{}", theirs });
}

/**
 * Brings a text from `base`, of which it came, to `theirs`: what a person changed stays changed, what
 * a person took out stays out. Undefined when the text is no JSON object.
 */
export function updateKeys(
  text: string,
  { base, theirs }: { readonly base: string; readonly theirs: string },
): JsonMerge | undefined {
  const [read, fresh] = [readJson(text), readJson(theirs)];
  if (!read || !fresh) return undefined;
  const sides = { mine: read.value, base: readJson(base)?.value ?? {}, theirs: fresh.value };
  const changes = changesOf([], sides);
  const kept = changes.flatMap((each) => (each.type === "keep" ? [each.path.join(".")] : []));
  const replaced = changes.reduce((now, change) => replace(now, change), text);
  return { text: insert(replaced, changes, fresh), kept };
}

/** Sets every value that `values` has, whatever stands there. */
export function setKeys(text: string, values: JsonObject): string {
  return leavesOf(values).reduce((now, { path, value }) => {
    const root = readJson(now)?.root;
    if (!root) return now;
    if (findNodeAtLocation(root, [...path])) return replace(now, { type: "set", path, value });
    // Above it there may be nothing either: the highest that is missing is added whole.
    const depth = path.findIndex((_, index) => !findNodeAtLocation(root, path.slice(0, index + 1)));
    const added = path.slice(0, depth + 1);
    const whole = path
      .slice(depth + 1)
      .reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
    return insert(now, [{ type: "add", path: added, value: whole }]);
  }, text);
}

function leavesOf(values: JsonObject, above: Path = []): readonly Added[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const path = [...above, key];
    return isObject(value) && !isWhole(path) ? leavesOf(value, path) : [{ path, value }];
  });
}

type Added = { readonly path: Path; readonly value: unknown };

type Change =
  | ({ readonly type: "add" | "set" } & Added)
  | { readonly type: "remove" | "keep"; readonly path: Path };

type Sides = {
  readonly mine: JsonObject;
  readonly base: JsonObject;
  readonly theirs: JsonObject;
};

function changesOf(above: Path, { mine, base, theirs }: Sides): readonly Change[] {
  const keys = new Set([...Object.keys(base), ...Object.keys(theirs)]);
  return [...keys].flatMap((key) => {
    const path = [...above, key];
    const [own, old, fresh] = [valueOf(mine, key), valueOf(base, key), valueOf(theirs, key)];
    if (isObject(own) && isObject(fresh) && !isWhole(path))
      return changesOf(path, { mine: own, base: isObject(old) ? old : {}, theirs: fresh });
    return changeOf(path, { own, old, fresh });
  });
}

function changeOf(
  path: Path,
  { own, old, fresh }: { readonly own: unknown; readonly old: unknown; readonly fresh: unknown },
): readonly Change[] {
  if (same(own, fresh) || same(old, fresh)) return [];
  if (own === undefined) return old === undefined ? [{ type: "add", path, value: fresh }] : [];
  if (!same(own, old)) return old === undefined ? [] : [{ type: "keep", path }];
  return [fresh === undefined ? { type: "remove", path } : { type: "set", path, value: fresh }];
}

/** `permission` is a list of rules in the order of its keys; `mcp.NAME` starts one program. */
function isWhole(path: Path): boolean {
  return path.at(-1) === "permission" || path.at(-2) === "mcp";
}

function valueOf(object: JsonObject, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function replace(text: string, change: Change): string {
  if (change.type !== "set" && change.type !== "remove") return text;
  const style = readJson(text)?.style;
  const value = change.type === "set" ? change.value : undefined;
  const formattingOptions = {
    insertSpaces: !style?.indent.startsWith("\t"),
    tabSize: style?.indent.length ?? 2,
    eol: style?.end ?? "\n",
  };
  return applyEdits(text, modify(text, [...change.path], value, { formattingOptions }));
}

/** Adds keys object by object, all of one object at once; they look as they do in their source. */
function insert(text: string, changes: readonly Change[], source?: JsonText): string {
  const added = changes.flatMap((change) => (change.type === "add" ? [change] : []));
  const read = readJson(text);
  if (added.length === 0 || !read) return text;
  // Over several lines a comma and a comment have a place to go.
  if (isOneLine(read)) return insert(`${JSON.stringify(read.value, null, 2)}\n`, changes, source);
  const objects = Map.groupBy(added, ({ path }) => JSON.stringify(path.slice(0, -1)));
  // From the outside in: what is inside stands further to the right afterwards.
  return [...objects.values()]
    .toSorted(([a], [b]) => (a?.path.length ?? 0) - (b?.path.length ?? 0))
    .reduce((now, group) => insertGroup(now, group, source), text);
}

function insertGroup(text: string, group: readonly Added[], source?: JsonText): string {
  const read = readJson(text);
  const above = group[0]?.path.slice(0, -1) ?? [];
  const object =
    read && (above.length === 0 ? read.root : findNodeAtLocation(read.root, [...above]));
  if (!object) return text;
  const properties = group.map(({ path, value }) => ({
    key: path.at(-1) ?? "",
    write: (margin: string) =>
      (source && copiedValue(source, path, { margin, style: read.style })) ??
      writtenValue(value, margin, read.style),
  }));
  return applyEdits(text, insertProperties(read, { object, properties }));
}

/** One line without a comment: it can be written anew, since nothing in it would be lost. */
function isOneLine({ text, value }: JsonText): boolean {
  return /^\s*\{[^\n]*\}\s*$/.test(text) && !text.includes("/*") && Object.keys(value).length > 0;
}
