import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";

/** The release everything here was measured on; the range is what its interfaces are stable for. */
export const knownVersions = { measured: "1.18.33", from: [1, 18, 0], below: [2, 0, 0] } as const;

/** What speaks against a version of OpenCode, if anything does: it may still work. */
export function versionProblem(version: string): Problem | undefined {
  const parts = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
  const { from, below, measured } = knownVersions;
  if (parts && compare(parts, from) >= 0 && compare(parts, below) < 0) return undefined;
  return {
    code: "opencode/unknown-version",
    message: `OpenCode ${printable(version)} is not a version ai-rules knows (1.18 or newer, below 2)`,
    remedy: `npm install --global opencode-ai@${measured}, or set opencode.path in ai-rules.json`,
  };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const index = b.findIndex((part, at) => part !== a[at]);
  return index < 0 ? 0 : (a[index] ?? 0) - (b[index] ?? 0);
}
