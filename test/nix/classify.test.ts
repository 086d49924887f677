import { describe, expect, it } from "vitest";
import { classify } from "../../src/nix/classify.ts";
import { faults } from "../../src/nix/faults.ts";
import { recordedErrors, recordedVersions } from "./recorded-errors.ts";

const recorded = recordedErrors();
const failures = recorded.filter(({ exitCode }) => exitCode !== 0);

describe("a failed Nix", () => {
  it("is recorded in 64 cases of three versions", () => {
    expect(recorded).toHaveLength(64 * recordedVersions.length);
    expect(failures.length).toBeGreaterThan(100);
    expect(failures.filter((failure) => failure.class === "")).toEqual([]);
  });

  it.each(failures)("of $version is named: $name", (failure) => {
    const classified = classify(failure.stderr);

    expect(classified.id).toBe(failure.class);
    if (failure.suggestion) expect(classified.suggestions[0]).toBe(failure.suggestion);
  });

  it.each([
    ["features-off", "Nix refuses to run: its feature 'flakes' is switched off"],
    ["syntax", "syntax error: unexpected '}', expecting ';'"],
    ["attribute-missing", "there is no attribute 'elxir_1_17'"],
    ["no-shell", "flake.nix has no shell 'goood' for x86_64-linux"],
    ["build-failed", "brokendep does not build"],
  ])("has words for %s on every version", (id, message) => {
    for (const version of recordedVersions) {
      const said = failures
        .filter((failure) => failure.version === version && failure.class === id)
        .map(({ stderr }) => classify(stderr))
        .map(({ fault, what, suggestions }) =>
          fault?.message({ what, suggestions, shell: "goood", system: "x86_64-linux" }),
        );
      expect(said).toContain(message);
    }
  });

  it("keeps the names that Nix offers instead", () => {
    const text = "error: attribute 'x' missing\n  Did you mean one of a_1, a_2 or a_3?";

    expect(classify(text).suggestions).toEqual(["a_1", "a_2", "a_3"]);
  });

  it("is not taken for the network's fault when Nix ignored that failure", () => {
    const lines = [
      "warning: error: unable to download 'https://x.invalid': oops; retrying in 258 ms",
      "error (ignored): error: unable to download 'https://x.invalid': oops",
      "error: undefined variable 'pkgs'",
    ];

    expect(classify(lines.join("\n")).id).toBe("undefined");
  });

  it.each([
    ["error: file '/home/zoë/it's a \"shop\"/p' has an unsupported type", "special-file"],
    ["error: Path 'it's.nix' in the repository \"/x\" is not tracked by Git.", "not-tracked"],
    ["fatal: detected dubious ownership in repository at '/home/it's'\nTo add", "repo-owner"],
    ["error: repository path '/home/it's/' is not owned by current user", "repo-owner"],
  ])("has its name and place also where a path holds quotes: %s", (text, id) => {
    const found = classify(text);

    expect(found.id).toBe(id);
    expect(found.what).toMatch(/it's(?:$| a "shop"\/p$|\.nix$)/u);
  });

  it.each([
    ["4", "rm flake.lock && nix flake lock"],
    ["8", "nix upgrade-nix"],
  ])("of a lock of version %s is mended by %s", (version, command) => {
    const { fault, what } = classify(`error: lock file 'x' has unsupported version ${version}`);

    expect(fault?.remedy({ what, suggestions: [], shell: "default", system: "" })).toContain(
      command,
    );
  });

  it("that no row knows is told by its last error", () => {
    expect(classify("error: first\n\n   error: the cause\n")).toMatchObject({
      id: "evaluation",
      what: "the cause",
    });
  });

  it.each(faults)("has a message and a remedy in one line: $id", ({ message, remedy }) => {
    for (const what of ["", "thing", "https://host/file"]) {
      const context = { what, suggestions: [], shell: "default", system: "x86_64-linux" };
      for (const text of [message(context), remedy(context)]) {
        expect(text).not.toBe("");
        expect(text).not.toContain("\n");
        expect(text).not.toContain("undefined");
      }
    }
  });
});
