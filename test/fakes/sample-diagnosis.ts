/** A visit to the doctor to test with: one failure that can be mended, one warning, two quiet checks. */
import type { DiagnosedCheck, Diagnosis } from "../../src/core/diagnosis.ts";

export const sampleChecks: readonly DiagnosedCheck[] = [
  {
    id: "install-node",
    group: "install",
    title: "the version of Node",
    status: "ok",
    tookMs: 1,
    findings: [{ status: "ok", found: "Node 24.1.0", fixable: false }],
  },
  {
    id: "nix-lock",
    group: "nix",
    title: "flake.lock",
    status: "warn",
    tookMs: 3,
    findings: [
      {
        status: "warn",
        code: "nix/lock-missing",
        found: "there is no flake.lock",
        why: "each machine takes whatever is newest",
        remedy: "run `nix flake lock`, then commit it",
        link: "docs/errors.md#nix-lock-missing",
        fixable: false,
      },
    ],
  },
  {
    id: "nix-git",
    group: "nix",
    title: "what Git knows",
    status: "fail",
    tookMs: 20,
    findings: [
      {
        status: "fail",
        code: "nix/not-tracked",
        found: "Git does not know flake.nix",
        remedy: "run `git add -N flake.nix`",
        link: "docs/errors.md#nix-not-tracked",
        fixable: true,
      },
    ],
  },
  {
    id: "elixir-port",
    group: "elixir",
    title: "the port of Phoenix",
    status: "skip",
    tookMs: 0,
    findings: [{ status: "skip", found: "no Phoenix here", fixable: false }],
  },
];

export function sampleDiagnosis(changes: Partial<Diagnosis> = {}): Diagnosis {
  return {
    stage: "done",
    order: sampleChecks.map(({ id }) => id),
    waiting: [],
    checks: sampleChecks,
    mended: [],
    ...changes,
  };
}
