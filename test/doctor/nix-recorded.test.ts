/** All failures that three versions of Nix were recorded with, as the doctor's check on the shell names them. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isTrouble } from "../../src/doctor/check.ts";
import { createDoctorContext } from "../../src/doctor/context.ts";
import { shellCheck } from "../../src/doctor/nix/shell.ts";
import { runChecks } from "../../src/doctor/run-checks.ts";
import { type FaultId, faultCode, faults } from "../../src/nix/faults.ts";
import type { CommandResult, RunCommand } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { recordedErrors, recordedVersions } from "../nix/recorded-errors.ts";

const failures = recordedErrors().filter(({ exitCode }) => exitCode !== 0);
const names = [...new Set(failures.map(({ name }) => name))];

/** What a machine's doctor says of a project whose evaluation ends like this. */
async function examine(exitCode: number, stderr: string) {
  const directory = await temporaryDirectory();
  await writeFile(join(directory, "flake.nix"), "{ }");
  await writeFile(join(directory, "nix"), "#!/bin/sh\n", { mode: 0o755 });
  const said = { end: "exited", exit: { code: exitCode }, stdout: "", fd3: "", tookMs: 1 } as const;
  const run: RunCommand = ({ file, args }): Promise<CommandResult> =>
    Promise.resolve(
      file.endsWith("nix") && !args.includes("builtins.attrNames")
        ? { ...said, stderr }
        : { ...said, exit: { code: 0 }, stderr: "" },
    );
  const ports = { ...isolatedPorts(directory, { PATH: directory }), run };
  const program = { version: "1.0.0", node: "24.0.0" };
  const { signal: abort } = new AbortController();
  const context = createDoctorContext({ ports, root: directory, program, abort });
  const [result] = await runChecks([shellCheck], context);
  return result?.findings.find((finding) => isTrouble(finding) && finding.status === "fail");
}

/** The words of a class in `classes.txt`; a flake's own failing hook and command have none. */
function codeOf(name: string): string {
  const known: readonly string[] = faults.map(({ id }) => id);
  return known.includes(name) ? `nix/${name}` : faultCode("evaluation" satisfies FaultId);
}

describe("a failure of Nix", () => {
  it.each(names)("has one name, one reason and one remedy on all versions: %s", async (name) => {
    const recorded = failures.filter((failure) => failure.name === name);
    const found = await Promise.all(
      recorded.map(({ exitCode, stderr }) => examine(exitCode, stderr)),
    );

    expect(recorded.map(({ version }) => version)).toEqual(recordedVersions);
    for (const [index, finding] of found.entries()) {
      expect(finding).toMatchObject({ status: "fail", code: codeOf(recorded[index]?.class ?? "") });
      expect(finding).toHaveProperty("remedy", expect.stringMatching(/\w/u));
      expect(finding?.found).not.toMatch(/undefined|\n/u);
    }
  });
});
