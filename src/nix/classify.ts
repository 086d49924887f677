import { type Fault, type FaultId, faults } from "./faults.ts";

/** What Nix said, understood. `fault` is absent for what no row of the table knows. */
export type Classified = {
  readonly id: FaultId;
  readonly fault?: Fault;
  /** What the fault is about; for an unknown one the last error itself. */
  readonly what: string;
  readonly suggestions: readonly string[];
};

/** Names the fault in what Nix wrote to stderr, as plain text or out of its internal-json log. */
export function classify(stderr: string): Classified {
  const text = withoutNoise(stderr);
  const suggestions = didYouMean(text);
  for (const fault of faults) {
    const match = fault.pattern.exec(text);
    if (match)
      return { id: fault.id, fault, what: match.slice(1).find(Boolean) ?? "", suggestions };
  }
  // Since 2.18 the trace comes first: the last error is the cause.
  const last = [...text.matchAll(/^\s*error: (.+)$/gmu)].at(-1)?.[1];
  return { id: last ? "evaluation" : "unknown", what: last ?? "", suggestions };
}

/** The names Nix offers for one that it does not know. */
export function didYouMean(text: string): readonly string[] {
  const names = /Did you mean (?:one of )?([^?]+)\?/u.exec(text)?.[1];
  return names?.split(/, | or /u) ?? [];
}

/**
 * Failures that Nix itself ignored or will repeat say nothing of why it ended: without network
 * every other fault would be taken for "network".
 */
function withoutNoise(stderr: string): string {
  return stderr
    .replace(/\u001B\[[0-9;]*[A-Za-z]/gu, "")
    .replace(/^.*(?:retrying in \d+ ms|error \(ignored\)|^warning:).*$/gmu, "");
}
