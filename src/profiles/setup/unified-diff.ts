/** What would change in a file, as lines for people to read. */
import { structuredPatch } from "diff";
import { printable } from "../../core/text.ts";

export type DiffLine = {
  readonly kind: "header" | "hunk" | "added" | "removed" | "same";
  /** Printable, with the sign in front. */
  readonly text: string;
};

export type FileChange = {
  readonly path: string;
  /** Undefined where there is no such file, yet or afterwards. */
  readonly before: string | undefined;
  readonly after: string | undefined;
};

/** A unified diff with three lines around each change; empty when nothing changes. */
export function unifiedDiff({ path, before, after }: FileChange): readonly DiffLine[] {
  const { hunks } = structuredPatch(path, path, before ?? "", after ?? "", undefined, undefined, {
    context: 3,
  });
  if (hunks.length === 0) return [];
  const name = printable(path);
  return [
    { kind: "header", text: `--- ${before === undefined ? "/dev/null" : `a/${name}`}` },
    { kind: "header", text: `+++ ${after === undefined ? "/dev/null" : `b/${name}`}` },
    ...hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }): readonly DiffLine[] => [
      { kind: "hunk", text: `@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@` },
      ...lines.map(shown),
    ]),
  ];
}

/** No lines are counted from the line before. */
function range(start: number, lines: number): string {
  return `${lines === 0 ? start - 1 : start},${lines}`;
}

function shown(line: string): DiffLine {
  const text = printable(line.replace(/\r$/, "").replaceAll("\t", "    "));
  if (line.startsWith("+")) return { kind: "added", text };
  if (line.startsWith("-")) return { kind: "removed", text };
  return { kind: "same", text };
}
