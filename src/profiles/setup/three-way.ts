import { diff3Merge } from "node-diff3";

/** Three texts: what was written once, and what has become of it on either side. */
export type ThreeTexts = {
  readonly base: string;
  /** With what a person changed. */
  readonly mine: string;
  /** With what a newer profile changed. */
  readonly theirs: string;
};

/** Joins the changes of both sides, line by line; undefined when both changed the same place. */
export function mergeTexts({ base, mine, theirs }: ThreeTexts): string | undefined {
  const parts = diff3Merge(linesOf(mine), linesOf(base), linesOf(theirs), {
    excludeFalseConflicts: true,
  });
  const merged: string[] = [];
  for (const { ok } of parts) {
    if (ok === undefined) return undefined;
    merged.push(...ok);
  }
  return merged.join("\n");
}

function linesOf(text: string): string[] {
  return text.split("\n");
}
