/** The flakes that were connected, evaluated by real Nix before and after. */
import { cp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { copiedBlocks, copiedFile } from "../../src/profiles/own-flake/copied-blocks.ts";
import { parseNix } from "../../src/profiles/own-flake/nix-parser.ts";
import { type ConnectRequest, connectFlake } from "../../src/profiles/own-flake.ts";
import { seededRandom } from "../fakes/seeded-random.ts";
import { createFlakeProject, type FlakeProject } from "../nix/flake-project.ts";
import { createNixMachine, type NixMachine, skipNix } from "../nix/nix-machine.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { changedStyles, flakeStyles } from "./own-flake/flake-styles.ts";
import { smallProfile } from "./own-flake/small-profile.ts";
import { profileDirectory, profiles } from "./profile-files.ts";

const input: ConnectRequest = { way: "input", url: "github:ai-rules/ai-rules" };
const copy: ConnectRequest = { way: "copy", profileFlake: smallProfile };
const ways = [
  ["input", input],
  ["copy", copy],
] as const;

const packageAttributes = ["packages", "nativeBuildInputs", "buildInputs"];

type Shell = Readonly<Record<string, unknown>>;

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip)("an own flake", () => {
    let machine: NixMachine;

    beforeAll(async () => {
      machine = await createNixMachine("project", nix.file);
      const standIns = new URL("../fixtures/own-flakes/stand-ins", import.meta.url);
      await cp(standIns, join(machine.root, "stand-ins"), { recursive: true });
      // What the way "copy" writes, in small.
      await machine.write(
        copiedFile,
        'pkgs: { defaultDependencies = [ "ours for ${pkgs.system}" ]; shellHook = "our hook\\n"; }',
      );
    });

    afterAll(() => machine.remove());

    /** The shells of a flake by system and name. */
    async function shells(text: string): Promise<ReadonlyMap<string, Shell>> {
      await machine.write("flake.nix", text);
      const { exit, stdout, stderr } = await machine.ports.run({
        file: "nix",
        args: [
          "--extra-experimental-features",
          "nix-command",
          "eval",
          "--impure",
          "--json",
          "--expr",
          "import ./stand-ins ./flake.nix",
        ],
        cwd: machine.root,
        env: machine.env,
      });
      if (exit.code !== 0) throw new Error(`${stderr}\n${text}`);
      const systems: Record<string, Record<string, Shell>> = JSON.parse(stdout);
      return new Map(
        Object.entries(systems).flatMap(([system, named]) =>
          Object.entries(named).map(([name, shell]) => [`${system} ${name}`, shell]),
        ),
      );
    }

    describe.each(ways)("connected by the way %s", (_, request) => {
      it.each(changedStyles)(
        "$name has ours in its default shell, and all that it had",
        async ({ text }) => {
          const change = connectFlake(text, request);
          if (change.type !== "changed") throw new Error(JSON.stringify(change));

          const before = await shells(text);
          const after = await shells(change.text);

          expect([...after.keys()]).toEqual([...before.keys()]);
          const hasDefault = [...before.keys()].some((name) => name.endsWith(" default"));
          for (const [name, shell] of before)
            if (hasDefault && !name.endsWith(" default")) expect(after.get(name)).toEqual(shell);
            else expectOurs(shell, after.get(name) ?? {}, name.split(" ")[0] ?? "");
        },
      );
    });

    it.each(changedStyles)(
      "$name starts with our hook with Windows line ends, too",
      async ({ text }) => {
        const change = connectFlake(text.replaceAll("\n", "\r\n"), input);
        if (change.type !== "changed") throw new Error(JSON.stringify(change));

        const entered = [...(await shells(change.text)).values()].filter(
          (shell) => packagesOf(shell).length > 0,
        );
        expect(
          entered.filter((shell) => /^our hook\n(?:\n|$)/.test(hookOf(shell) ?? "")),
        ).not.toEqual([]);
      },
    );
  });

  describe.skipIf(nix.skip).each(profiles)("the blocks of the profile %s", (profile) => {
    let project: FlakeProject;

    beforeAll(async () => {
      project = await createFlakeProject({ nix, files: profileDirectory(profile) });
      const flake = await readFile(join(profileDirectory(profile), "flake.nix"), "utf8");
      await project.write(copiedFile, copiedBlocks(flake));
    });

    afterAll(() => project.remove());

    it("are the packages and the hook that its flake gives, on all systems", async () => {
      const compared = await project.nix([
        "eval",
        "--impure",
        "--json",
        "--expr",
        `let
          flake = builtins.getFlake "git+file://${project.root}";
          derivations = map (package: package.drvPath);
          compared = system: pkgs:
            let copied = import ./${copiedFile} pkgs; in {
              hook = copied.shellHook == flake.lib.shellHook;
              packages = derivations copied.defaultDependencies
                == derivations (flake.lib.defaultDependencies pkgs);
              some = builtins.length copied.defaultDependencies > 8;
            };
        in builtins.mapAttrs compared flake.inputs.nixpkgs.legacyPackages`,
      ]);

      const same = { hook: true, packages: true, some: true };
      expect(JSON.parse(compared)).toEqual({
        "aarch64-darwin": same,
        "aarch64-linux": same,
        "x86_64-darwin": same,
        "x86_64-linux": same,
      });
    });
  });
});

describe.skipIf(skipNix)("our reading of Nix", () => {
  let machine: NixMachine;

  beforeAll(async () => {
    machine = await createNixMachine();
  });

  afterAll(() => machine.remove());

  async function isNix(text: string): Promise<boolean> {
    await machine.write("text.nix", text);
    const { exit, stderr } = await machine.ports.run({
      file: "nix-instantiate",
      args: ["--parse", "text.nix"],
      cwd: machine.root,
      env: machine.env,
    });
    // Nix looks for names, too, when it parses; that is not the grammar's.
    return exit.code === 0 || /undefined variable|already defined|duplicate formal/.test(stderr);
  }

  it.each(flakeStyles)("takes and refuses what Nix does of $name, cut up", async ({ text }) => {
    const random = seededRandom(text.length);
    const pieces = [
      "{",
      "}",
      "(",
      "]",
      '"',
      "''",
      "${",
      "$",
      "\\",
      ";",
      ":",
      ",",
      "@",
      "/",
      "/*",
      "#",
      "\n",
      "?",
      "++",
      "~/",
      "<",
      "-",
      "!",
      "rec ",
      "let ",
    ] as const;
    for (let round = 0; round < 4; round++) {
      const at = Math.floor(random() * text.length);
      const rest = text.slice(at + Math.floor(random() * 3));
      const cut = text.slice(0, at) + (random() < 0.6 ? random.of(pieces) : "") + rest;

      expect({ cut, ok: parseNix(cut).ok }).toEqual({ cut, ok: await isNix(cut) });
    }
  });
});

function expectOurs(before: Shell, after: Shell, system: string): void {
  const ours = `ours for ${system}`;
  const packages = packagesOf(after);
  expect(packages.filter((each) => each === ours)).toHaveLength(1);
  expect(packages.filter((each) => each !== ours)).toEqual(packagesOf(before));
  const hook = hookOf(before);
  // Nix takes no tabs off the lines of a string.
  expect(hookOf(after)?.trimStart()).toBe(
    hook === undefined ? "our hook\n" : `our hook\n\n${hook}`,
  );
  expect(restOf(after)).toEqual(restOf(before));
}

function hookOf({ shellHook }: Shell): string | undefined {
  if (shellHook !== undefined && typeof shellHook !== "string")
    throw new Error("the hook is no string");
  return shellHook;
}

function packagesOf(shell: Shell): readonly unknown[] {
  return packageAttributes.flatMap((name) => shell[name] ?? []);
}

function restOf(shell: Shell): Shell {
  const known = [...packageAttributes, "shellHook"];
  return Object.fromEntries(Object.entries(shell).filter(([name]) => !known.includes(name)));
}
