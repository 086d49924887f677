import { describe, expect, it } from "vitest";
import { createPorts } from "../../src/platform/real-ports.ts";
import { chooseShell, shellVersions } from "../../src/profiles/choose-shell.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";
import type { ToolVersions } from "../../src/profiles/tool-versions.ts";

const offered = { default: "elixir_1_17", names: shellVersions.map(({ name }) => name) };

function choose(toolVersions: ToolVersions | undefined, ...requirements: readonly string[]) {
  return chooseShell(
    {
      ...(toolVersions ? { toolVersions: { ...toolVersions, file: ".tool-versions" } } : {}),
      requirements: requirements.map((requirement) => ({ file: "mix.exs", requirement })),
    },
    offered,
  );
}

describe("the shell of a project", () => {
  it.each<readonly [versions: ToolVersions, name: string, because: string]>([
    [{ elixir: "1.17" }, "elixir_1_17", ".tool-versions asks for Elixir 1.17"],
    [
      { elixir: "1.18-otp-27", erlang: "27.1" },
      "elixir_1_18",
      ".tool-versions asks for Elixir 1.18 on OTP 27",
    ],
    [
      { elixir: "latest" },
      "elixir_1_20",
      ".tool-versions asks for the latest Elixir, and the newest shell has Elixir 1.20",
    ],
    [
      { elixir: "1.14.5" },
      "elixir_1_16",
      ".tool-versions asks for Elixir 1.14.5; no shell has that, and the nearest has Elixir 1.16",
    ],
    [
      { elixir: "2.0" },
      "elixir_1_20",
      ".tool-versions asks for Elixir 2.0; no shell has that, and the nearest has Elixir 1.20",
    ],
    [
      { erlang: "27.1" },
      "elixir_1_17",
      ".tool-versions asks for OTP 27, on which the shell elixir_1_17 runs",
    ],
    [
      { erlang: "28.0" },
      "elixir_1_19",
      ".tool-versions asks for OTP 28, on which the shell elixir_1_19 runs",
    ],
  ])("follows %j", (versions, name, because) => {
    expect(choose(versions)).toEqual({ shell: { name, because }, notes: [] });
  });

  it("says that a patch release need not be the one asked for", () => {
    expect(choose({ elixir: "1.17.3" }).notes).toEqual([
      "the shell elixir_1_17 has the patch release that flake.lock pins, maybe not 1.17.3; flake.nix says how to get that very one",
    ]);
  });

  it.each<readonly [versions: ToolVersions, shell: string | undefined, note: string]>([
    [
      { elixir: "1.17-otp-26" },
      "elixir_1_17",
      ".tool-versions asks for OTP 26; the shell elixir_1_17 runs on OTP 27",
    ],
    [
      { elixir: "1.16", erlang: "25.3" },
      "elixir_1_16",
      ".tool-versions asks for OTP 25; the shell elixir_1_16 runs on OTP 26",
    ],
    [
      { elixir: "latest", erlang: "29.0" },
      "elixir_1_20",
      ".tool-versions asks for OTP 29; the shell elixir_1_20 runs on OTP 28",
    ],
    [
      { erlang: "25.3" },
      undefined,
      ".tool-versions asks for OTP 25; the shell elixir_1_17 runs on OTP 27",
    ],
  ])("says that the OTP differs from %j", (versions, shell, note) => {
    const choice = choose(versions);
    expect(choice.shell?.name).toBe(shell);
    expect(choice.notes).toEqual([note]);
  });

  it.each<readonly [versions: ToolVersions, note: string]>([
    [
      { elixir: "ref:main" },
      '.tool-versions asks for Elixir "ref:main", for which no shell can be named',
    ],
    [
      { elixir: "system" },
      '.tool-versions asks for Elixir "system", for which no shell can be named',
    ],
    [
      { erlang: "system" },
      '.tool-versions asks for Erlang "system", for which no shell can be named',
    ],
  ])("is left to mix.exs by %j", (versions, note) => {
    expect(choose(versions)).toEqual({ notes: [note] });
    expect(choose(versions, "~> 1.18")).toEqual({
      shell: { name: "elixir_1_18", because: 'mix.exs asks for Elixir "~> 1.18"' },
      notes: [note],
    });
  });

  it.each(["~> 1.14", "~> 1.17", ">= 1.16.0 and < 1.18.0"])(
    "is the default where it meets %s",
    (requirement) => {
      expect(choose(undefined, requirement)).toEqual({ notes: [] });
    },
  );

  it.each<readonly [requirements: readonly string[], name: string, because: string]>([
    [["~> 1.18"], "elixir_1_18", 'mix.exs asks for Elixir "~> 1.18"'],
    [["~> 1.16.0"], "elixir_1_16", 'mix.exs asks for Elixir "~> 1.16.0"'],
    [["~> 1.15", "~> 1.18", ">= 1.19.0"], "elixir_1_19", 'mix.exs asks for Elixir "~> 1.18"'],
    [
      ["~> 1.14.0"],
      "elixir_1_16",
      'mix.exs asks for Elixir "~> 1.14.0"; no shell has that, and the nearest has Elixir 1.16',
    ],
    [
      ["~> 1.21"],
      "elixir_1_20",
      'mix.exs asks for Elixir "~> 1.21"; no shell has that, and the nearest has Elixir 1.20',
    ],
  ])("follows the requirements %j", (requirements, name, because) => {
    expect(choose(undefined, ...requirements)).toEqual({ shell: { name, because }, notes: [] });
  });

  it("says when mix.exs refuses what the version manager is told", () => {
    expect(choose({ elixir: "1.17" }, "~> 1.18")).toEqual({
      shell: { name: "elixir_1_17", because: ".tool-versions asks for Elixir 1.17" },
      notes: ['mix.exs asks for Elixir "~> 1.18", which Elixir 1.17 is not'],
    });
  });

  it("says when a requirement is none", () => {
    expect(choose(undefined, "newest\u001B[2J", "~> 1.18")).toEqual({
      shell: { name: "elixir_1_18", because: 'mix.exs asks for Elixir "~> 1.18"' },
      notes: ['mix.exs: Elixir knows no requirement "newest"'],
    });
  });

  it("is one of those that the profile has", () => {
    const few = { default: "elixir_1_17", names: ["elixir_1_17", "elixir_1_18"] };
    const wishes = { toolVersions: { elixir: "1.20", file: "mise.toml" }, requirements: [] };
    expect(chooseShell(wishes, few).shell?.name).toBe("elixir_1_18");
  });
});

describe.each(profileNames)("the shells of %s", (profileName) => {
  it("have the versions they are known by", async () => {
    const { profile, files } = await loadProfile(createPorts(), profileName);

    expect(profile.shells.names).toEqual(
      expect.arrayContaining(shellVersions.map(({ name }) => name)),
    );
    expect(rowsOf(files.get("flake.nix") ?? "")).toEqual(shellVersions);
  });
});

/** The rows of a flake: `elixir_1_17 = { elixir = "1.17"; otp = "27"; };`. */
function rowsOf(flake: string) {
  const row = /^\s*(elixir_\w+) = \{ elixir = "(\d+)\.(\d+)"; otp = "(\d+)";/gmu;
  return [...flake.matchAll(row)].map(([, name, major, minor, otp]) => ({
    name,
    major: Number(major),
    minor: Number(minor),
    otp: Number(otp),
  }));
}
