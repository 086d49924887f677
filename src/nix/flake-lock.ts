/** What flake.lock says: it is JSON that Nix writes, and that a merge can break. */

export type FlakeLock = {
  readonly version: number;
  /** The flake's own inputs. */
  readonly inputs: readonly LockedInput[];
};

export type LockedInput = {
  readonly name: string;
  /** The branch or tag that is followed: "nixos-26.05". */
  readonly ref?: string;
  /** When what is locked was made, in ms since the epoch. */
  readonly lastModified?: number;
};

/** Reads it; undefined where it is none. */
export function parseFlakeLock(text: string): FlakeLock | undefined {
  try {
    const lock = record(JSON.parse(text));
    if (!lock || typeof lock["version"] !== "number") return undefined;
    const nodes = record(lock["nodes"]) ?? {};
    const root = record(nodes[typeof lock["root"] === "string" ? lock["root"] : "root"]);
    const inputs = Object.entries(record(root?.["inputs"]) ?? {});
    return {
      version: lock["version"],
      inputs: inputs.map(([name, node]) =>
        inputOf(name, typeof node === "string" ? record(nodes[node]) : undefined),
      ),
    };
  } catch {
    return undefined;
  }
}

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.fromEntries(Object.entries(value));
}

function inputOf(name: string, node: Json | undefined): LockedInput {
  const ref = record(node?.["original"])?.["ref"];
  const lastModified = record(node?.["locked"])?.["lastModified"];
  return {
    name,
    ...(typeof ref === "string" ? { ref } : {}),
    ...(typeof lastModified === "number" ? { lastModified: lastModified * 1000 } : {}),
  };
}

export type NixpkgsRelease = {
  /** "26.05" */
  readonly name: string;
  /** From then on nobody mends it; ms since the epoch. */
  readonly endsAt: number;
};

/** The release that a branch of nixpkgs is; each is cared for until a month after the next one. */
export function nixpkgsRelease(ref: string): NixpkgsRelease | undefined {
  const [, year, month] =
    /^(?:nixos|nixpkgs|release)-(\d\d)\.(05|11)(?:-darwin|-small)?$/u.exec(ref) ?? [];
  if (year === undefined) return undefined;
  const [endYear, endMonth] = month === "05" ? [Number(year), 11] : [Number(year) + 1, 5];
  return { name: `${year}.${month}`, endsAt: Date.UTC(2000 + endYear, endMonth + 1, 1) };
}
