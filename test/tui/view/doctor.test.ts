import { describe, expect, it } from "vitest";
import type { Diagnosis } from "../../../src/core/diagnosis.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleChecks, sampleDiagnosis } from "../../fakes/sample-diagnosis.ts";
import { sampleState } from "../../fakes/sample-state.ts";

type Drawing = { readonly at?: string; readonly cols?: number; readonly rows?: number };

function draw(changes: Partial<Diagnosis>, { at, cols = 62, rows = 19 }: Drawing = {}): string {
  const overlay = { type: "doctor", ...(at === undefined ? {} : { at }) } as const;
  const state = sampleState({ overlay, diagnosis: sampleDiagnosis(changes) });
  return drawnText({ id: "overlay", state, size: { cols, rows } });
}

describe("the doctor", () => {
  it("shows what needs attention first, with its remedy, and then all the rest", () => {
    expect(draw({})).toBe(
      `╭────────────────────────────────────────────────────────────╮
│ doctor                1 failed, 1 warning, 1 ok, 1 skipped │
│ needs attention                                            │
│ ▸ fail  nix-git: Git does not know flake.nix               │
│         fix: run \`git add -N flake.nix\`                    │
│         f mends it                                         │
│         see: docs/errors.md#nix-not-tracked                │
│   warn  nix-lock: there is no flake.lock                   │
│         why: each machine takes whatever is newest         │
│         fix: run \`nix flake lock\`, then commit it          │
│         see: docs/errors.md#nix-lock-missing               │
│                                                            │
│ Installation                                               │
│   ok    install-node: Node 24.1.0                          │
│                                                            │
│ Elixir                                                     │
│   skip  elixir-port: no Phoenix here                       │
│ j k g G select  f mend  c copy the remedy  esc close       │
╰────────────────────────────────────────────────────────────╯`,
    );
  });

  it("says how far it is", () => {
    expect(draw({ stage: "examining", waiting: ["nix-git"] })).toContain("3 of 4; nix-git ... │");
    expect(draw({ stage: "examining", order: [], checks: [] })).toContain("looking │");
    expect(draw({ stage: "mending" })).toContain("mending │");
  });

  it("counts the lines that it shows, also where one check found several things", () => {
    const locks = sampleChecks.filter(({ id }) => id === "nix-lock");
    const checks = locks.map((check) => ({
      ...check,
      findings: [...check.findings, ...check.findings],
    }));

    expect(draw({ checks })).toMatch(/ 2 warnings, 0 ok │/u);
  });

  it("offers what can be done now", () => {
    const offered = "j k g G select  f mend  c copy the remedy  r look again  esc close";
    expect(draw({}, { cols: 80 })).toContain(offered);
    expect(draw({ stage: "examining" })).not.toMatch(/r look again|f mend /);
    expect(draw({ checks: sampleChecks.slice(0, 2) })).not.toContain("f mend ");
  });

  it("says so when nothing is wrong", () => {
    expect(draw({ checks: sampleChecks.slice(0, 1) })).toContain("│ nothing is wrong ");
  });

  it("shows what was mended, and what could not be", () => {
    const mended = [
      { id: "nix-git", code: "nix/not-tracked", did: "git add -N flake.nix" },
      { id: "nix-lock", code: "nix/lock-missing", did: "nix flake lock", error: "no\u001B[2J Nix" },
    ];
    const text = draw({ mended });

    expect(text).toContain("│ mended nix-git: git add -N flake.nix ");
    expect(text).toContain("│ not mended nix-lock: no");
    expect(text).not.toContain("\u001B");
  });

  it.each([
    ["nix-git/0", "▸ fail  nix-git"],
    ["nix-lock/0", "▸ warn  nix-lock"],
    ["install-node/0", "▸ ok    install-node"],
    ["elixir-port/0", "▸ skip  elixir-port"],
  ])("keeps %s in sight on a small screen", (at, line) => {
    expect(draw({}, { at, rows: 8 })).toContain(line);
  });

  it("keeps the whole remedy of what is selected in sight", () => {
    const text = draw({}, { at: "nix-lock/0", rows: 10, cols: 60 });

    expect(text).toContain("fix: run `nix flake lock`, then");
  });
});
