/** What a shell makes of the environment that it is entered from. */
import type { Variables } from "../platform/ports.ts";

export type ChangedVariable = {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Of a list such as PATH: the entries that came and went. */
  readonly entries?: { readonly added: readonly string[]; readonly removed: readonly string[] };
};

export type EnvironmentDifference = {
  readonly added: Variables;
  readonly changed: readonly ChangedVariable[];
  readonly removed: Variables;
};

/** Compares two environments, by name. */
export function differenceOf(before: Variables, after: Variables): EnvironmentDifference {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted();
  const pick = (from: Variables, wanted: (name: string) => boolean) =>
    Object.fromEntries(names.filter(wanted).map((name) => [name, from[name] ?? ""]));
  return {
    added: pick(after, (name) => before[name] === undefined),
    removed: pick(before, (name) => after[name] === undefined),
    changed: names.flatMap((name) => changeOf(name, before[name], after[name])),
  };
}

function changeOf(
  name: string,
  before: string | undefined,
  after: string | undefined,
): readonly ChangedVariable[] {
  if (before === undefined || after === undefined || before === after) return [];
  return [{ name, before, after, ...(isList(name) ? entriesOf(before, after) : {}) }];
}

/** PATH, MANPATH, XDG_DATA_DIRS, PKG_CONFIG_PATH: entries parted by colons. */
function isList(name: string): boolean {
  return /(?:PATH|_DIRS)$/.test(name);
}

function entriesOf(before: string, after: string): Pick<ChangedVariable, "entries"> {
  const [had, has] = [before, after].map((value) => value.split(":"));
  if (!had || !has || had.length + has.length === 2) return {};
  return {
    entries: {
      added: [...new Set(has)].filter((entry) => !had.includes(entry)),
      removed: [...new Set(had)].filter((entry) => !has.includes(entry)),
    },
  };
}
