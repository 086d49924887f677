/** The recorded outputs of three Nix versions, and the class each was found to be of. */
import { readFileSync } from "node:fs";

export const recordedVersions = ["2.8.0", "2.26.3", "2.34.8"] as const;

export type Recorded = {
  readonly name: string;
  readonly version: string;
  readonly exitCode: number;
  readonly stderr: string;
  /** "syntax", or "ok". */
  readonly class: string;
  /** The first suggestion. */
  readonly suggestion?: string;
};

/** All cases of all versions. */
export function recordedErrors(): readonly Recorded[] {
  const classes = readClasses();
  return recordedVersions.flatMap((version, column) =>
    readOutputs(version).map((output): Recorded => {
      const cell = classes.get(output.name)?.[column] ?? "";
      const [, name = "", , suggestion] = /^\d+ ([\w-]+)(\(.*\))?(?: \?(.+))?$/u.exec(cell) ?? [];
      return { ...output, version, class: name, ...(suggestion ? { suggestion } : {}) };
    }),
  );
}

function fixture(name: string): string {
  return readFileSync(new URL(`../fixtures/nix-errors/${name}`, import.meta.url), "utf8");
}

function readClasses(): ReadonlyMap<string, readonly string[]> {
  const rows = fixture("classes.txt").split("\n").filter(Boolean);
  return new Map(
    rows.map((row) => {
      const [name = "", ...cells] = row.split("|").map((cell) => cell.trim());
      return [name, cells];
    }),
  );
}

function readOutputs(version: string) {
  const sections = fixture(`errs-${version}.txt`).split(/^### /mu).slice(1);
  return sections.map((section) => {
    const [, name = "", code = "0"] = /^(.*?) \| rc=(\d+) /u.exec(section) ?? [];
    const stderr = section.split("\n[stderr]\n")[1] ?? "";
    return { name, exitCode: Number(code), stderr };
  });
}
