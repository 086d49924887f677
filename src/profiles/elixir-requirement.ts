/** Requirements as they stand in mix.exs: `elixir: "~> 1.17 and < 1.20.0"`. */

/** A minor line of Elixir: 1.17. */
export type ElixirLine = { readonly major: number; readonly minor: number };

type Bound = {
  readonly operator: string;
  readonly version: readonly [major: number, minor: number, patch: number];
  /** `~> 1.17` leaves the minor version open, `~> 1.17.0` only the patch. */
  readonly hasPatch: boolean;
};

/** Whether a release of a line meets a requirement; undefined when it is none. */
export function meetsRequirement(requirement: string, line: ElixirLine): boolean | undefined {
  const parsed = parse(requirement);
  return parsed?.some((all) =>
    patches.some((patch) => all.every((part) => meets(line, patch, part))),
  );
}

/** The version a requirement begins with: what is nearest to it where nothing meets it. */
export function firstVersionIn(requirement: string): ElixirLine | undefined {
  const version = parse(requirement)?.[0]?.[0]?.version;
  return version && { major: version[0], minor: version[1] };
}

/** A line's patch is what the lock pins: it is not known here, and no line of Elixir came to 30. */
const patches = Array.from({ length: 30 }, (_, patch) => patch);

/** What stands between `or`s, each as what stands between `and`s. */
function parse(requirement: string): readonly (readonly Bound[])[] | undefined {
  const options = requirement
    .split(/\s+or\s+/u)
    .map((option) => option.split(/\s+and\s+/u).map(bound));
  return options.every((option) => option.every((part) => part !== undefined))
    ? options
    : undefined;
}

function bound(text: string): Bound | undefined {
  const pattern =
    /^\s*(~>|==|!=|>=|<=|>|<|)\s*(\d{1,4})\.(\d{1,4})(?:\.(\d{1,4}))?(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?\s*$/u;
  const [, operator, major, minor, patch] = pattern.exec(text) ?? [];
  if (operator === undefined) return undefined;
  return {
    operator,
    version: [Number(major), Number(minor), Number(patch ?? 0)],
    hasPatch: patch !== undefined,
  };
}

function meets(line: ElixirLine, patch: number, { operator, version, hasPatch }: Bound): boolean {
  const order = compare([line.major, line.minor, patch], version);
  switch (operator) {
    case "~>":
      return order >= 0 && line.major === version[0] && (!hasPatch || line.minor === version[1]);
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
    case "<=":
      return order <= 0;
    case "<":
      return order < 0;
    case "!=":
      return order !== 0;
    default:
      return order === 0;
  }
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = a.findIndex((part, at) => part !== b[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
