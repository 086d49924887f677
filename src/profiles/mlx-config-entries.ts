/** The values of a YAML file, each with its way there as words, however its keys are written. */

export type Entry = {
  /** As it stands in the file: "quantization.group_size". */
  readonly key: string;
  /** In small letters, without what says nothing: ["quantization", "group", "size"]. */
  readonly words: readonly string[];
  /** The keys as they are: a model's name is none of our words. */
  readonly path: readonly string[];
  readonly value: unknown;
};

/** What could not be read, and why. */
export type Unread = { readonly key: string; readonly why: string };

/** All that is no map, in the order of the file. A list is one value, and so is an empty map. */
export function entriesOf(value: unknown, path: readonly string[] = []): readonly Entry[] {
  if (value instanceof Map && (value.size > 0 || path.length === 0))
    return [...value].flatMap(([key, below]) => entriesOf(below, [...path, String(key)]));
  if (Array.isArray(value) && value.some((item) => item instanceof Map))
    return value.flatMap((item, index) => entriesOf(item, [...path, nameOf(item) ?? `${index}`]));
  return [{ key: path.join("."), words: path.flatMap(wordsOf).filter(says), path, value }];
}

/** What an item of a list is called; its own number unless it has a name. */
function nameOf(item: unknown): string | undefined {
  const name: unknown = item instanceof Map ? item.get("name") : undefined;
  return typeof name === "string" ? name : undefined;
}

/** "maxGPUs", "MAX_GPUS" and "max-gpus" are the same. */
function wordsOf(key: string): readonly string[] {
  return key
    .replace(/(?<=[A-Z])([A-Z]+)s(?![a-z])/g, (letters) => letters.toLowerCase())
    .replace(/(?<=[a-z\d])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/g, " ")
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter(Boolean);
}

/** Words that only say that this is a setting of MLX. */
const empty: ReadonlySet<string> = new Set(
  "mlx config configuration settings options default defaults mode modes per by".split(" "),
);

function says(word: string): boolean {
  return !empty.has(word);
}
