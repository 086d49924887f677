import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createFlakeProject, type FlakeProject, type Release } from "../nix/flake-project.ts";
import { git } from "../nix/nix-machine.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { profileDirectory } from "./profile-files.ts";

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip)("the flake of a profile", () => {
    let project: FlakeProject | undefined;

    async function create(profile: string, release?: Release): Promise<FlakeProject> {
      const files = profileDirectory(profile);
      project = await createFlakeProject({ nix, files, ...(release ? { release } : {}) });
      return project;
    }

    afterEach(async () => {
      await project?.remove();
      project = undefined;
    });

    it("has a shell for each line of Elixir, and the newest one behind a plus", async () => {
      const { inShell } = await create("universal");
      const said = async (shell: string) =>
        (await inShell(shell, "elixir; erl; echo $AI_RULES_SHELL ${MIX_HOME##*/}"))
          .trim()
          .split("\n");

      expect(await said("elixir_1_16")).toEqual([
        "elixir 1.16.3 (fixture 25.11)",
        "erl 26.3.4 (fixture 25.11)",
        "elixir_1_16 elixir-1.16-otp-26",
      ]);
      expect(await said("elixir_1_18")).toEqual([
        "elixir 1.18.4 (fixture 26.05)",
        "erl 27.3.4 (fixture 26.05)",
        "elixir_1_18 elixir-1.18-otp-27",
      ]);
      expect(await said("elixir_1_19")).toEqual([
        "elixir 1.19.5 (fixture 26.05)",
        "erl 28.3.4 (fixture 26.05)",
        "elixir_1_19 elixir-1.19-otp-28",
      ]);
      for (const newest of ["elixir_1_20", "elixir_1_17+"])
        expect(await said(newest)).toEqual([
          "elixir 1.20.4 (fixture 26.05)",
          "erl 28.3.4 (fixture 26.05)",
          "elixir_1_20 elixir-1.20-otp-28",
        ]);
    });

    it("needs the older nixpkgs for no other shell than elixir_1_16", async () => {
      const { nix: run, failure, root, write } = await create("universal");
      const lock = await readFile(join(root, "flake.lock"), "utf8");
      await write(
        "flake.lock",
        lock
          .replaceAll("nixpkgs/25.11", "nixpkgs/gone")
          .replaceAll(/"sha256-[^"]+"(?=,\s*"path": "[^"]*gone)/gu, `"sha256-${"A".repeat(43)}="`),
      );

      await run(["develop", "-c", "true"]);

      expect(await failure(["develop", ".#elixir_1_16", "-c", "true"])).toContain("gone");
    });

    it("takes one exact patch of Elixir, as its comment says", async () => {
      const { edit, inShell, root } = await create("universal");
      const text = await readFile(join(root, "flake.nix"), "utf8");
      const [sample = ""] = /exact = \{.*\};/u.exec(text) ?? [];

      await edit('elixir = "1.17"; otp = "27"; }', `elixir = "1.17"; otp = "27"; ${sample} }`);

      expect(await inShell("default", "elixir --version")).toBe("elixir 1.17.2 (fixture 26.05)\n");
    });

    it("has asdf and Serena for those who switch them on", async () => {
      const { edit, inShell } = await create("universal");
      const look = "type -t asdf serena livebook";
      expect(await inShell("default", `${look}; :`)).toBe("file\n");

      for (const [name, to] of Object.entries({ asdf: "true", serena: "true", livebook: "false" }))
        await edit(`${name} = ${to === "true" ? "false" : "true"};`, `${name} = ${to};`);

      expect(await inShell("default", `${look}; :`)).toBe("file\nfile\n");
    });

    it("goes without OpenCode where nixpkgs has none", async () => {
      const { nix: run } = await create("universal");
      const names = (system: string) =>
        run([
          "eval",
          "--raw",
          `.#devShells.${system}.default.nativeBuildInputs`,
          "--apply",
          "toString",
        ]);

      expect(await names("aarch64-darwin")).toContain("opencode");
      expect(await names("x86_64-darwin")).not.toContain("opencode");
      expect(await names("x86_64-darwin")).toContain("fswatch");
    });

    it("lets pkg-config find the libraries", async () => {
      const { variables } = await create("nerves");

      expect((await variables("default"))["PKG_CONFIG_PATH"]).toMatch(/openssl[^:]*:.*libmnl/u);
    });

    it("of Phoenix and Ash has its commands and its database variables", async () => {
      const { inShell, variables } = await create("phoenix-ash");

      expect(await inShell("default", "type -t ash-resource ash-migrate ash-setup")).toBe(
        "file\nfile\nfile\n",
      );
      expect(await variables("default", { env: { PGPORT: "6000" } })).toMatchObject({
        DATABASE_URL: "ecto://postgres@127.0.0.1:6000/app_dev",
        PORT: "4000",
        PHX_HOST: "localhost",
        FILESYSTEM_FSINOTIFY_EXECUTABLE_FILE: expect.stringMatching(/bin\/inotifywait$/u),
      });
    });

    it("of Nerves has what firmware needs, and says which targets there are", async () => {
      const { inShell, variables } = await create("nerves");

      const said = await inShell(
        "default",
        "type -t fwup mksquashfs autoconf automake; firmware 2>&1; echo $?",
      );

      expect(said).toMatch(/^(?:file\n){4}usage: firmware TARGET.*\n.* rpi5 .*\n2\n$/u);
      expect(await variables("default", { env: { MIX_TARGET: "rpi5" } })).toMatchObject({
        MIX_TARGET: "rpi5",
        SUDO_ASKPASS: expect.stringMatching(/x11-ssh-askpass$/u),
      });
    });

    it("cannot put an Elixir on an OTP that does not fit", async () => {
      const { edit, failure } = await create("universal");

      await edit('elixir = "1.17"; otp = "27"', 'elixir = "1.17"; otp = "28"');

      expect(await failure(["develop", "-c", "true"])).toContain(
        "Unsupported elixir and erlang OTP combination",
      );
    });

    it("cannot take a Node that is insecure", async () => {
      const { edit, failure } = await create("universal");

      await edit("pkgs.nodejs_22\n", "pkgs.nodejs_20\n");

      expect(await failure(["develop", "-c", "true"])).toContain("is marked as insecure");
    });

    it("tells what a shell was meant that it does not have", async () => {
      const { failure } = await create("universal");

      expect(await failure(["develop", ".#elixir_1_71", "-c", "true"])).toMatch(
        /does not provide attribute[^]*Did you mean/u,
      );
    });

    it("works with a nixpkgs that has dropped a system, on the other systems", async () => {
      const { failure, nix: run } = await create("universal", "26.11");
      const shell = (system: string) => ["eval", "--raw", `.#devShells.${system}.default.name`];

      expect(await run(shell("aarch64-darwin"))).toBe("ai-rules-elixir_1_17");
      expect(await failure(shell("x86_64-darwin"))).toContain("has dropped support");
    });

    it("is seen once Git knows it, without being committed", async () => {
      const created = await create("universal");
      await git(created, "rm", "-q", "--cached", "flake.nix", "flake.lock");
      await created.failure(["develop", "-c", "true"]);

      await git(created, "add", "--intent-to-add", "flake.nix", "flake.lock");

      expect(await created.inShell("default", "echo $AI_RULES_PROFILE")).toBe("universal\n");
    });
  });
});
