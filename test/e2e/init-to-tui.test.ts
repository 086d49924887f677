/**
 * From nothing to the panes: the built `ai-rules init`, real Nix on the stand-in for nixpkgs, real
 * Mix, then `ai-rules tui`, whose panes have the variables of the shell.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { profileNames } from "../../src/profiles/profile.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { lockOnFixture } from "../nix/flake-project.ts";
import { skipNix } from "../nix/nix-machine.ts";
import { makeNixProject, type NixProject } from "./nix-project.ts";
import { plainShell } from "./program.ts";
import type { TestTerminal } from "./terminal.ts";

const tree = join(import.meta.dirname, "../..");
const binary = join(tree, "bin/ai-rules.js");

const withMix = (process.env["PATH"] ?? "")
  .split(":")
  .some((each) => existsSync(join(each, "mix")));

describe.skipIf(skipNix || (!withMix && !process.env["CI"]))("a project that init has made", () => {
  let scene: NixProject;

  beforeEach(async () => {
    scene = await makeNixProject();
  });

  afterEach(() => scene.end());

  it.each(profileNames)(
    "of %s compiles in its shell, and the panes have the shell's variables",
    {
      timeout: 120_000,
    },
    async (profile) => {
      await aiRules(["init", "demo", profile], scene.directory);
      const root = join(scene.directory, "demo");
      await onFixture(root);

      await run("nix", ["develop", "-c", "mix", "compile", "--warnings-as-errors"], root);
      const terminal = await openTui(root);

      expect(existsSync(join(root, "_build/dev/lib/demo/ebin/demo.app"))).toBe(true);
      await terminal.until(`${profile} elixir_1_17 qwen3-coder:30b 1.17`);
      await quit(terminal);
    },
  );

  it("with a flake of its own keeps it, and its panes have the variables of both", {
    timeout: 120_000,
  }, async () => {
    const root = join(scene.directory, "shop");
    await mkdir(join(root, "lib"), { recursive: true });
    await writeFile(join(root, "mix.exs"), mixExs);
    await writeFile(join(root, "lib/shop.ex"), "defmodule Shop do\nend\n");
    await writeFile(join(root, "flake.nix"), ownFlake);
    await run("git", ["init", "-q"], root);
    await run("git", ["add", "--all"], root);

    const said = await aiRules(["init", "--yes", "--connect", "copy"], root);
    await writeFile(join(root, "flake.lock"), nixpkgsLock);
    await run("git", ["add", "--all"], root);
    await onFixture(root);
    await run("nix", ["develop", "-c", "mix", "compile"], root);
    const terminal = await openTui(root, "$SHOP_KEY");

    expect(said).toContain("flake.nix");
    expect(await readFile(join(root, "flake.nix"), "utf8")).toContain('SHOP_KEY = "kept"');
    await terminal.until(/kept universal \S* ?qwen3-coder:30b/);
    await quit(terminal);
  });

  /** The lock names the fixture from here on: nothing can be fetched. */
  async function onFixture(root: string): Promise<void> {
    const { directory, env } = scene;
    await lockOnFixture({ ports: isolatedPorts(directory, env), env, root, directory });
  }

  /** The TUI with plain shells in its panes, the first of which says what it has. */
  async function openTui(root: string, more = ""): Promise<TestTerminal> {
    const path = join(root, "ai-rules.json");
    const modes = Object.fromEntries(
      ["plan", "build", "review"].map((mode) => [mode, { command: plainShell }]),
    );
    const text = await readFile(path, "utf8");
    await writeFile(path, applyEdits(text, modify(text, ["modes"], modes, {})));
    const terminal = scene.open({ cwd: root });
    await terminal.until(/bash-[\d.]+[#$]/, { timeoutMs: 30_000 });
    const values = "$AI_RULES_PROFILE $AI_RULES_SHELL $OLLAMA_MODEL_PLAN";
    terminal.type(`echo ${more} ${values} $(elixir --version | grep -o '1[.]17')`);
    terminal.press("enter");
    return terminal;
  }

  async function quit(terminal: TestTerminal): Promise<void> {
    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);
  }

  function aiRules(args: readonly string[], cwd: string): Promise<string> {
    return run(process.execPath, [binary, ...args], cwd);
  }

  function run(file: string, args: readonly string[], cwd: string): Promise<string> {
    const env = {
      ...scene.env,
      NIX_CONFIG: `${scene.env["NIX_CONFIG"] ?? ""}\nextra-experimental-features = nix-command flakes`,
    };
    return new Promise((resolve, reject) => {
      execFile(file, args, { cwd, env }, (error, stdout, stderr) => {
        if (error) reject(new Error(`${file} ${args.join(" ")}\n${stdout}${stderr}`));
        else resolve(stdout);
      });
    });
  }
});

const mixExs = `defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", elixir: "~> 1.14", deps: []]
  end
end
`;

const ownFlake = `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs = { self, nixpkgs }:
    let
      pkgs = nixpkgs.legacyPackages.x86_64-linux;
    in
    {
      devShells.x86_64-linux.default = pkgs.mkShell {
        packages = [ pkgs.git ];
        SHOP_KEY = "kept";
      };
    };
}
`;

const nixpkgsLock = JSON.stringify({
  nodes: {
    nixpkgs: {
      locked: {},
      original: { owner: "NixOS", ref: "nixos-26.05", repo: "nixpkgs", type: "github" },
    },
    root: { inputs: { nixpkgs: "nixpkgs" } },
  },
  root: "root",
  version: 7,
});
