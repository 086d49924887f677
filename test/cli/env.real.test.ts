import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EnvInvocation, env } from "../../src/cli/env.ts";
import { envReportSchema } from "../../src/cli/env-report-schema.ts";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { AiRulesError } from "../../src/core/error.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { createRecordedConsole } from "../fakes/recorded-console.ts";
import { createNixMachine, flakeWith, git, type NixMachine, skipNix } from "../nix/nix-machine.ts";

describe.skipIf(skipNix)("`ai-rules env` with real Nix", () => {
  let machine: NixMachine;

  beforeEach(async () => {
    machine = await createNixMachine();
    await git(machine, "init", "-q");
    await writeFlake(
      'export GITHUB_TOKEN=abc HEX_KEY=hidden1 DB=ecto://me:pass@db/x LANG=en; unset GONE; echo "token ghp_0123456789abcdefghij $HEX_KEY"',
    );
  });

  afterEach(() => machine.remove());

  async function writeFlake(hook: string): Promise<void> {
    await machine.write("flake.nix", flakeWith(hook));
    await git(machine, "add", "--intent-to-add", "flake.nix");
  }

  async function run(
    command: EnvInvocation["command"],
    options: EnvInvocation["options"] = {},
    env_: Ports["env"] = {},
  ) {
    const console = createRecordedConsole();
    const ports = { ...machine.ports, env: { ...machine.env, GONE: "1", ...env_ } };
    const ownProcess = {
      onSignal: () => () => {},
      exit: () => {
        throw new Error("not to be ended");
      },
    };
    const ended = await env(
      { ports, console, ownProcess },
      { command, options },
      machine.root,
    ).catch((error: unknown) => error);
    const problem = ended instanceof AiRulesError ? ended.problem : undefined;
    const report = () => envReportSchema.parse(JSON.parse(console.lines.join("\n")));
    return { ...console, code: problem ? exitCodeOf(problem) : ended, problem, report };
  }

  it("evaluates once, then takes the variables from the cache without Nix", async () => {
    const first = await run("env");
    const calls = await machine.nixCalls();
    const second = await run("env");

    expect([first.code, second.code]).toEqual([0, 0]);
    expect(first.notes.join("\n")).toMatch(
      /^development shell\n[\s\S]*shell default, evaluated in/,
    );
    expect(second.notes[0]).toMatch(/^shell default, evaluated .*; from the cache in/);
    expect(second.lines).toEqual(first.lines);
    expect(second.lines).toContain("LANG=en");
    expect(await machine.nixCalls()).toEqual(calls);
  });

  it("masks what looks like a secret unless it is asked for", async () => {
    const { lines, notes } = await run("env");
    const shown = await run("env", { secrets: true, json: true });
    const masked = await run("env", { json: true });

    expect(lines).toContain("GITHUB_TOKEN=***");
    expect(lines).toContain("DB=ecto://***@db/x");
    expect(notes.at(-1)).toBe("note: 3 values are masked; --secrets shows them");
    expect(shown.report()).toMatchObject({ variables: { GITHUB_TOKEN: "abc" }, masked: [] });
    expect(masked.report()).toMatchObject({
      environment: { source: "cache", shell: "default", hookOutput: ["token *** ***"] },
      masked: ["DB", "GITHUB_TOKEN", "HEX_KEY"],
    });
  });

  it("shows what the shell makes of the plain environment", async () => {
    const { lines } = await run("env diff");
    const { difference, variables } = (await run("env diff", { json: true })).report();

    expect(lines).toEqual(
      expect.arrayContaining([
        "+ GITHUB_TOKEN=***",
        "~ LANG",
        "    - C.UTF-8",
        "    + en",
        "- GONE=1",
      ]),
    );
    expect(difference).toMatchObject({ removed: { GONE: "1" }, added: { GITHUB_TOKEN: "***" } });
    expect(variables).toBeUndefined();
  });

  it("masks what is secret in the entries of a list, too", async () => {
    await writeFlake('export NIX_PATH="nixpkgs=https://ada:geheim1@box/nixpkgs:$NIX_PATH"');

    const { lines } = await run("env diff", {}, { NIX_PATH: "nixpkgs=/old" });

    expect(lines.join("\n")).toContain("~ NIX_PATH");
    expect(lines.join("\n")).not.toContain("geheim1");
  });

  it("evaluates anew when asked to, also inside of a development shell", async () => {
    await run("env");
    const before = await machine.nixCalls();

    const { report } = await run("env refresh", { json: true }, { IN_NIX_SHELL: "impure" });

    expect(report().environment.source).toBe("nix");
    expect((await machine.nixCalls()).length).toBeGreaterThan(before.length);
  });

  it("enters the shell that is named, on the command line or in the settings", async () => {
    const asked = await run("env", { shell: "other" });
    await machine.write("ai-rules.json", '{ "shell": "other" }');
    const set = await run("env", { json: true });

    expect(asked.lines).toContain("OTHER=yes");
    expect(set.report()).toMatchObject({ environment: { shell: "other" } });
  });

  it("gives the last one that worked when the flake is broken, which refresh calls a failure", async () => {
    await run("env");
    await machine.write("flake.nix", "{ outputs = ");

    const shown = await run("env");
    const refreshed = await run("env refresh", { json: true });

    expect(shown.code).toBe(0);
    expect(shown.lines).toContain("LANG=en");
    expect(shown.notes.at(-1)).toMatch(/^note: .*flake\.nix:1:\d+: syntax error.*; fix: /);
    expect(refreshed).toMatchObject({ code: 3, problem: { code: "nix/syntax" } });
    expect(refreshed.report().environment).toMatchObject({ source: "last-good" });
  });

  it("ends with 3 where there is no environment, and says so in the JSON as well", async () => {
    await machine.write("flake.nix", "{ outputs = ");
    const broken = await run("env", { json: true });
    const withoutNix = await run("env", {}, { PATH: "/nowhere", HOME: "/dev/null/home" });
    await git(machine, "rm", "-qf", "flake.nix");
    const without = await run("env diff", { json: true });

    expect(broken).toMatchObject({ code: 3, problem: { code: "nix/syntax" } });
    expect(broken.report().environment).toMatchObject({ source: "none" });
    expect(withoutNix).toMatchObject({ code: 3, problem: { code: "environment/no-nix" } });
    expect(without).toMatchObject({ code: 3, problem: { code: "environment/no-flake" } });
    expect(without.report().environment.problem?.code).toBe("environment/no-flake");
  });

  it("shows what a hook that stumbled has printed", async () => {
    await writeFlake("nonsense-command");

    const { code, notes } = await run("env");

    expect(code).toBe(0);
    expect(notes.join("\n")).toMatch(/went on after a failure[\s\S]*nonsense-command/);
  });

  it("uses the development shell that it was started in", async () => {
    const { lines, notes } = await run("env", {}, { IN_NIX_SHELL: "impure", MINE: "1" });

    expect(lines).toContain("MINE=1");
    expect(notes[0]).toMatch(/which is a development shell already/);
    expect(await machine.nixCalls()).toEqual([]);
  });
});
