/** Faults of Nix, Git, the flake and what is around them, with the real ones. */
import { mkdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { describe } from "vitest";
import { realNix } from "../nix/nix-machine.ts";
import { nixPrograms } from "../nix/nix-programs.ts";
import { onPath } from "../profiles/on-path.ts";
import {
  editFlake,
  evaluateShell,
  evaluateShellOnly,
  writeFlake,
  writeFlakeWithInput,
  writeProfile,
  writeTracked,
} from "./flake-stages.ts";
import { nix23 } from "./old-nix.ts";
import { describeFaults, flakesOn, type Stage, type StagedFault } from "./staged-faults.ts";

const isRoot = process.getuid?.() === 0;
const skipDirenv = !onPath("direnv") && !process.env["CI"];

/** NIX_CONFIG without a line, or with another one. */
function configure({ env }: Stage, line: string, instead = ""): void {
  env["NIX_CONFIG"] = env["NIX_CONFIG"]?.replace(line, instead) ?? "";
}

const program: readonly StagedFault[] = [
  {
    title: "a Nix that is missing where a flake needs it",
    only: ["nix-program"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.withoutPrograms("nix");
    },
    code: "nix/not-installed",
    status: "fail",
    remedy: "https://nixos.org/download",
  },
  {
    title: "a Nix that is missing where nothing needs it yet",
    only: ["nix-program"],
    stage: (stage) => stage.withoutPrograms("nix"),
    code: "nix/not-installed",
    status: "warn",
    remedy: "https://nixos.org/download",
  },
  {
    title: "a Nix that PATH does not lead to",
    only: ["nix-program"],
    stage: async (stage) => {
      await stage.withoutPrograms("nix");
      await mkdir(join(stage.home, ".nix-profile/bin"), { recursive: true });
      await symlink(realNix ?? "", join(stage.home, ".nix-profile/bin/nix"));
    },
    code: "nix/not-on-path",
    status: "warn",
    remedy: /export PATH="\$PATH":.*\.nix-profile\/bin`/u,
  },
  {
    title: "a Nix that PATH does not lead to, in a home whose name needs quotes",
    only: ["nix-program"],
    stage: async (stage) => {
      const bin = join(stage.directory, "Zoë's $HOME", ".nix-profile/bin");
      stage.env["HOME"] = join(bin, "../..");
      await stage.withoutPrograms("nix");
      await mkdir(bin, { recursive: true });
      await symlink(realNix ?? "", join(bin, "nix"));
      await stage.write(join(bin, "../etc/profile.d/nix.sh"), "touch sourced");
    },
    code: "nix/not-on-path",
    status: "warn",
    remedy: /run `\. '.*\/nix\.sh'`/u,
  },
  {
    title: "a Nix off PATH whose installer left a script",
    only: ["nix-program"],
    stage: async (stage) => {
      await stage.withoutPrograms("nix");
      const profile = join(stage.home, ".nix-profile");
      await mkdir(join(profile, "bin"), { recursive: true });
      await symlink(realNix ?? "", join(profile, "bin/nix"));
      await stage.write(join(profile, "etc/profile.d/nix.sh"), "");
    },
    code: "nix/not-on-path",
    status: "warn",
    remedy: /run `\. .*\.nix-profile\/etc\/profile\.d\/nix\.sh`/u,
  },
  {
    title: "a program named nix that is none",
    only: ["nix-version"],
    stage: (stage) => stage.program("nix", "echo 'nix: a tool for something else'"),
    code: "nix/not-started",
    status: "fail",
    remedy: /nix --version/u,
    found: "does not say its version",
  },
  {
    title: "a Nix that breaks",
    only: ["nix-version"],
    stage: (stage) => stage.program("nix", "echo 'Illegal instruction' >&2; exit 132"),
    code: "nix/not-started",
    status: "fail",
    remedy: /nix --version/u,
  },
  {
    title: "a Nix that hangs",
    only: ["nix-version"],
    stage: (stage) => stage.program("nix", "exec sleep 60"),
    code: "nix/not-started",
    status: "fail",
    remedy: /nix --version/u,
    found: "does not answer",
  },
  {
    title: "a Nix that is too old for nixpkgs",
    only: ["nix-version"],
    stage: (stage) => stage.program("nix", "echo 'nix (Nix) 2.11.1'"),
    code: "nix/nix-too-old",
    status: "warn",
    remedy: "https://nixos.org/download",
  },
  {
    title: "a Nix from before there were flakes",
    only: ["nix-version"],
    stage: (stage) => stage.program("nix", nix23),
    code: "nix/nix-too-old",
    status: "fail",
    remedy: "https://nixos.org/download",
    found: "2.3.16",
  },
  {
    title: "flakes that are switched off",
    only: ["nix-features"],
    stage: (stage) => configure(stage, flakesOn),
    code: "nix/features-off",
    status: "warn",
    remedy: "extra-experimental-features = nix-command flakes",
    mendedBy: ["remedy"],
  },
  {
    title: "flakes that are half switched on",
    only: ["nix-features"],
    stage: (stage) => {
      configure(stage, flakesOn);
      stage.env["NIX_CONFIG"] += "\nextra-experimental-features = nix-command";
    },
    code: "nix/features-off",
    status: "warn",
    remedy: "extra-experimental-features = nix-command flakes",
    found: "flakes",
  },
  {
    title: "flakes that are switched off, with XDG_CONFIG_HOME set",
    only: ["nix-features"],
    stage: (stage) => {
      configure(stage, flakesOn);
      stage.env["XDG_CONFIG_HOME"] = join(stage.directory, "config");
    },
    code: "nix/features-off",
    status: "warn",
    remedy: "$XDG_CONFIG_HOME/nix/nix.conf",
    mendedBy: ["remedy"],
  },
];

const store: readonly StagedFault[] = [
  {
    title: "a daemon that does not run",
    only: ["nix-store"],
    stage: ({ env, directory }) => {
      env["NIX_REMOTE"] = "daemon";
      env["NIX_DAEMON_SOCKET_PATH"] = join(directory, "no-socket");
    },
    code: "nix/daemon-down",
    status: "fail",
    remedy: /systemctl start nix-daemon|launchctl|'nix-daemon >\/dev\/null 2>&1 &'/u,
  },
  {
    title: "a root without the group of builders",
    only: ["nix-store"],
    stage: (stage) => configure(stage, "build-users-group =", "build-users-group = nobodys-group"),
    code: "nix/no-build-users",
    status: "fail",
    remedy: "build-users-group =",
    found: "nobodys-group",
    skip: !isRoot,
  },
  {
    title: "a store that cannot be made",
    only: ["nix-store"],
    stage: async (stage) => {
      await stage.write(join(stage.directory, "a-file"), "");
      stage.env["NIX_STATE_DIR"] = join(stage.directory, "a-file", "var");
    },
    code: "nix/store-unreachable",
    status: "fail",
    remedy: "nix-daemon",
  },
  {
    title: "a store that this user may not write to",
    only: ["nix-store"],
    stage: async (stage) => {
      const state = join(stage.directory, "var");
      await mkdir(state);
      await stage.asNobody();
      await stage.run("chmod", "500", state);
    },
    code: "nix/store-permission",
    status: "fail",
    remedy: "start the Nix daemon",
  },
  {
    title: "a store that never answers",
    only: ["nix-store"],
    stage: (stage) => stage.program("nix", `[[ "$*" == *ping* ]] && exec sleep 60; exec true`),
    code: "nix/store-hangs",
    status: "fail",
    remedy: "nix-daemon",
  },
  {
    title: "little disk",
    only: ["nix-disk"],
    stage: (stage) =>
      stage.program("df", `echo T; echo '/dev/x 100000000 98000000 2000000 98% /nix'`),
    code: "nix/disk-low",
    status: "warn",
    remedy: "nix-collect-garbage",
    found: "1.9 GB",
  },
  {
    title: "a full disk",
    only: ["nix-disk"],
    stage: (stage) => stage.program("df", `echo T; echo '/dev/x 100000000 99999900 100 100% /nix'`),
    code: "nix/disk-low",
    status: "fail",
    remedy: "nix-collect-garbage",
  },
];

const gitFaults: readonly StagedFault[] = [
  {
    title: "a flake.nix that Git does not know",
    only: ["nix-git", "nix-shell"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.run("git", "rm", "-q", "--cached", "flake.nix");
    },
    code: "nix/not-tracked",
    status: "fail",
    remedy: "`git add -N flake.nix`",
    mendedBy: ["remedy", "fix"],
  },
  {
    title: "a flake.lock that Git does not know",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", emptyLock);
    },
    code: "nix/not-tracked",
    status: "warn",
    remedy: "`git add -N flake.lock`",
    mendedBy: ["remedy", "fix"],
  },
  {
    title: "a flake.nix that .gitignore hides",
    only: ["nix-git"],
    stage: async (stage) => {
      await stage.write(".gitignore", "*.nix\n");
      await stage.write("flake.nix", "{ outputs = { self }: { }; }");
    },
    code: "nix/not-tracked",
    status: "fail",
    remedy: "`git add -N -f flake.nix`",
    found: ".gitignore hides it",
    mendedBy: ["remedy", "fix"],
  },
  {
    title: "a project outside of Git",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", emptyLock);
      await rm(join(stage.root, ".git"), { recursive: true });
    },
    code: "nix/not-in-git",
    status: "warn",
    remedy: "`git init && git add -N flake.nix flake.lock`",
    mendedBy: ["remedy", "fix"],
  },
  {
    title: "a pipe in a project outside of Git",
    only: ["nix-tree"],
    stage: async (stage) => {
      await writeFlake(stage);
      await rm(join(stage.root, ".git"), { recursive: true });
      await stage.run("mkfifo", "a-pipe");
    },
    code: "nix/special-file",
    status: "fail",
    remedy: "`git init && git add -N flake.nix`",
    found: "a-pipe",
    mendedBy: ["remedy"],
  },
  {
    title: "a large project outside of Git",
    only: ["nix-tree"],
    stage: async (stage) => {
      await writeFlake(stage);
      await rm(join(stage.root, ".git"), { recursive: true });
      await stage.run("fallocate", "-l", "210M", "large");
    },
    code: "nix/tree-large",
    status: "warn",
    remedy: "`git init && git add -N flake.nix`",
    mendedBy: ["remedy"],
  },
  {
    title: "a repository of another user",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.run("chown", "-R", "nobody", stage.root);
    },
    code: "nix/repo-owner",
    status: "fail",
    remedy: "git config --global --add safe.directory",
    mendedBy: ["remedy"],
    skip: !isRoot,
  },
  {
    title: "a repository of another user that the project is a folder of",
    only: ["nix-git", "nix-shell"],
    stage: async (stage) => {
      await stage.write("it's here/flake.nix", "{ outputs = { self }: { }; }");
      await stage.run("git", "add", "--all");
      await stage.run("chown", "-R", "nobody", stage.root);
      stage.env["GIT_CEILING_DIRECTORIES"] = stage.directory;
      stage.moveTo("it's here");
    },
    code: "nix/repo-owner",
    status: "fail",
    remedy: /safe\.directory '?\/\S+\/project'?`/u,
    mendedBy: ["remedy"],
    skip: !isRoot,
  },
  {
    title: "a repository that Git cannot read",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await rm(join(stage.root, ".git"), { recursive: true });
      await stage.write(".git", "gitdir: /nowhere/at/all\n");
    },
    code: "nix/git-broken",
    status: "warn",
    remedy: "`git status`",
    found: "/nowhere/at/all",
  },
  {
    title: "a Git that is missing",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.withoutPrograms("git");
    },
    code: "nix/no-git",
    status: "warn",
    remedy: "nix profile install nixpkgs#git",
  },
  {
    title: "a merge that was not finished in flake.nix",
    only: ["nix-git"],
    stage: (stage) => conflict(stage, "flake.nix", (text) => `{ outputs = { self }: ${text}; }\n`),
    code: "nix/merge-marks",
    status: "fail",
    remedy: "git mergetool flake.nix",
    found: /^flake\.nix:1:/u,
  },
  {
    title: "the marks of a merge that was committed in flake.nix",
    only: ["nix-git"],
    stage: (stage) => writeTracked(stage, marked("{ }\n")),
    code: "nix/merge-marks",
    status: "fail",
    remedy: "no merge is under way",
  },
  {
    title: "the marks of a merge that was committed in flake.lock",
    only: ["nix-git"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", marked(lockNamed("root")));
      await stage.run("git", "add", "flake.lock");
    },
    code: "nix/lock-conflict",
    status: "fail",
    remedy: "`rm flake.lock && nix flake lock`",
    mendedBy: ["remedy"],
  },
  {
    title: "a merge that was not finished in flake.lock",
    only: ["nix-git", "nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await conflict(stage, "flake.lock", lockNamed);
    },
    code: "nix/lock-conflict",
    status: "fail",
    remedy: "`git checkout --ours flake.lock && nix flake lock`",
    mendedBy: ["remedy"],
  },
];

const emptyLock = `{ "nodes": { "root": {} }, "root": "root", "version": 7 }\n`;

function lockNamed(name: string): string {
  return `{ "nodes": { "${name}": {} }, "root": "${name}", "version": 7 }\n`;
}

function marked(text: string): string {
  return `<<<<<<< HEAD\n${text}=======\n${text}>>>>>>> other\n`;
}

/** Two branches that say different things, and a merge of them. */
async function conflict(stage: Stage, file: string, text: (what: string) => string): Promise<void> {
  const { run, write } = stage;
  const say = async (what: string) => {
    await write(file, text(what));
    await run("git", "add", "--all");
    await run("git", "commit", "-q", "-m", what);
  };
  await say("base");
  await run("git", "checkout", "-q", "-b", "other");
  await say("theirs");
  await run("git", "checkout", "-q", "-");
  await say("ours");
  await run("git", "merge", "-q", "other").catch(() => {});
}

const lock: readonly StagedFault[] = [
  {
    title: "inputs that are not locked",
    only: ["nix-lock"],
    stage: (stage) => writeFlakeWithInput(stage, "{ self, thing }: { }"),
    code: "nix/lock-missing",
    status: "warn",
    remedy: "`nix flake lock && git add -N flake.lock`",
    mendedBy: ["remedy"],
  },
  {
    title: "a flake.lock that is no JSON",
    only: ["nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", "half of a l");
      await stage.run("git", "add", "--all");
    },
    code: "nix/lock-broken",
    status: "fail",
    remedy: "`rm flake.lock && nix flake lock`",
    mendedBy: ["remedy"],
  },
  {
    title: "a flake.lock of a newer Nix",
    only: ["nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", emptyLock.replace("7", "99"));
    },
    code: "nix/lock-version",
    status: "fail",
    remedy: "nix upgrade-nix",
    found: "99",
  },
  {
    title: "a flake.lock of a Nix that is long gone",
    only: ["nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", emptyLock.replace("7", "4"));
      await stage.run("git", "add", "flake.lock");
    },
    code: "nix/lock-version",
    status: "fail",
    remedy: "`rm flake.lock && nix flake lock`",
    found: "version 4",
    mendedBy: ["remedy"],
  },
  {
    title: "a flake.lock that does not fit flake.nix",
    only: ["nix-shell"],
    stage: async (stage) => {
      await writeFlakeWithInput(stage, "{ self, thing }: { }");
      await stage.write("flake.lock", emptyLock);
      await stage.run("git", "add", "--all");
    },
    code: "nix/lock-outdated",
    status: "warn",
    remedy: "`nix flake lock`",
    mendedBy: ["remedy"],
  },
  {
    title: "a nixpkgs that came to its end",
    only: ["nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", lockedNixpkgs({ ref: "nixos-24.05", days: 10 }));
    },
    code: "nix/nixpkgs-old",
    status: "warn",
    remedy: "nix flake update",
    found: "24.05 came to its end on 2024-12-31",
  },
  {
    title: "a nixpkgs that was locked long ago",
    only: ["nix-lock"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.write("flake.lock", lockedNixpkgs({ ref: "nixos-unstable", days: 500 }));
    },
    code: "nix/nixpkgs-old",
    status: "warn",
    remedy: "nix flake update",
    found: "500 days",
  },
];

function lockedNixpkgs({ ref, days }: { readonly ref: string; readonly days: number }): string {
  const lastModified = Math.floor(Date.now() / 1000) - days * 24 * 3600 - 60;
  const nixpkgs = { locked: { lastModified }, original: { ref } };
  const root = { inputs: { nixpkgs: "nixpkgs" } };
  return JSON.stringify({ nodes: { nixpkgs, root }, root: "root", version: 7 });
}

type EvaluationFault = Pick<StagedFault, "title" | "code" | "remedy" | "found" | "mendedBy"> & {
  readonly stage: (stage: Stage) => Promise<void>;
};

const evaluation: readonly StagedFault[] = (
  [
    {
      title: "a semicolon that is missing",
      stage: (stage) => writeTracked(stage, "{\n  outputs = { self }: {\n    a = 1\n  };\n}\n"),
      code: "nix/syntax",
      remedy: "`;` missing",
      found: /^flake\.nix:4:3: syntax error/u,
    },
    {
      title: "an attribute that is there twice",
      stage: (stage) => writeTracked(stage, "{ outputs = { self }: { a = 1; a = 2; }; }"),
      code: "nix/duplicate",
      remedy: "merge both",
    },
    {
      title: "a variable that nobody defines",
      stage: (stage) => writeShell(stage, "{ self }", "pkgs.mkShell { }"),
      code: "nix/undefined",
      remedy: "pkgs = nixpkgs.legacyPackages",
    },
    {
      title: "a value defined by itself",
      stage: (stage) => writeShell(stage, "{ self }", "let x = x; in x"),
      code: "nix/recursion",
      remedy: "--show-trace",
    },
    {
      title: "a file outside of the project",
      stage: (stage) => writeShell(stage, "{ self }", "builtins.readFile /etc/hostname"),
      code: "nix/impure",
      remedy: "inside the project",
    },
    {
      title: "an error of the flake's own",
      stage: (stage) => writeShell(stage, "{ self }", 'throw "not on Mondays"'),
      code: "nix/eval-failed",
      remedy: "nix flake check --show-trace",
      found: "not on Mondays",
    },
    {
      title: "an import of a file that Git does not know",
      stage: async (stage) => {
        await writeShell(stage, "{ self }", "import ./extra.nix");
        await stage.write("extra.nix", shellSource);
      },
      code: "nix/not-tracked",
      remedy: "`git add -N extra.nix`",
      mendedBy: ["remedy"],
    },
    {
      title: "an import of a file that is not there",
      stage: (stage) => writeShell(stage, "{ self }", "import ./nowhere.nix"),
      code: "nix/not-tracked",
      remedy: "write nowhere.nix",
      found: "which is not there",
    },
    {
      title: "a flake without a shell for this machine",
      stage: (stage) =>
        writeTracked(stage, "{ outputs = { self }: { devShells.riscv64-linux.default = 1; }; }"),
      code: "nix/no-shell",
      remedy: /add `devShells\./u,
    },
    {
      title: "a shell in the settings that the flake does not have",
      stage: async (stage) => {
        await writeFlake(stage);
        await stage.write("ai-rules.json", '{ "shell": "othr" }');
      },
      code: "nix/no-shell",
      remedy: "choose one with --shell: default, other",
      found: "'othr'",
    },
    {
      title: "a shell that is none",
      stage: (stage) =>
        writeShell(
          stage,
          "{ self }",
          'derivation { name = "x"; builder = "/bin/sh"; system = "SYSTEM"; }',
        ),
      code: "nix/not-bash",
      remedy: "pkgs.mkShell",
    },
    {
      title: "an input that outputs does not take",
      stage: (stage) => writeFlakeWithInput(stage, "{ self }: { }"),
      code: "nix/unexpected-input",
      remedy: "add thing",
    },
    {
      title: "an input that nobody declares",
      stage: (stage) => writeShell(stage, "{ self, flake-utils }", "flake-utils"),
      code: "nix/network",
      remedy: /inputs\.flake-utils\.url|check the network/u,
    },
    {
      title: "an Elixir that does not run on its OTP",
      stage: async (stage) => {
        await writeProfile(stage);
        await editFlake(stage, 'elixir = "1.17"; otp = "27"', 'elixir = "1.17"; otp = "28"');
      },
      code: "nix/otp-pair",
      remedy: "erlang_27.elixir_1_17",
    },
    {
      title: "a package that is insecure",
      stage: async (stage) => {
        await writeProfile(stage);
        await editFlake(stage, "pkgs.nodejs_22\n", "pkgs.nodejs_20\n");
      },
      code: "nix/insecure",
      remedy: "permittedInsecurePackages",
      found: "nodejs-20",
    },
    {
      title: "a package whose name is mistyped",
      stage: async (stage) => {
        await writeProfile(stage);
        await editFlake(stage, "pkgs.postgresql_16\n", "pkgs.postgresql_61\n");
      },
      code: "nix/attribute-missing",
      remedy: "did you mean postgresql_16",
    },
    {
      title: "an Elixir that this nixpkgs does not have",
      stage: async (stage) => {
        await writeProfile(stage);
        await editFlake(stage, 'elixir = "1.17"; otp = "27"', 'elixir = "1.71"; otp = "27"');
      },
      code: "nix/attribute-missing",
      remedy: /elixir_1_/u,
    },
  ] satisfies readonly EvaluationFault[]
).map((fault) => ({ ...fault, only: ["nix-shell"], status: "fail" }));

const system = `${process.arch === "arm64" ? "aarch64" : "x86_64"}-${process.platform}`;

const shellSource = `derivation {
  name = "shell"; system = "${system}"; builder = "/bin/bash"; outputs = [ "out" ];
  args = [ "-c" "echo built > $out" ];
}
`;

/** A flake whose outputs take `inputs`, and whose default shell is an expression. */
function writeShell(stage: Stage, inputs: string, expression: string): Promise<void> {
  const shell = expression.replace("SYSTEM", system);
  return writeTracked(
    stage,
    `{ outputs = ${inputs}: { devShells.${system}.default = ${shell}; }; }\n`,
  );
}

const around: readonly StagedFault[] = [
  {
    title: "a Nix that knows no flakes yet",
    only: ["nix-shell"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.program("nix", `echo "error: unrecognised flag '$1'" >&2; exit 1`);
    },
    code: "nix/usage",
    status: "fail",
    remedy: "nix upgrade-nix",
  },
  {
    title: "a Nix that reads the repository with a Git which is missing",
    only: ["nix-shell"],
    stage: async (stage) => {
      await writeFlake(stage);
      await stage.program(
        "nix",
        `echo "error: executing 'git': No such file or directory" >&2; exit 1`,
      );
    },
    code: "nix/no-git",
    status: "fail",
    remedy: "nix profile install nixpkgs#git",
  },
  {
    title: "a hook that ends the shell",
    only: ["nix-hook"],
    stage: async (stage) => {
      await writeFlake(stage, "exit 3");
      await evaluateShellOnly(stage);
    },
    code: "nix/hook-failed",
    status: "fail",
    remedy: "it must not call exit",
    found: "code 3",
  },
  {
    title: "a hook that never ends",
    only: ["nix-hook"],
    stage: async (stage) => {
      await writeFlake(stage, "sleep 60");
      await evaluateShellOnly(stage);
    },
    code: "nix/hook-time-out",
    status: "fail",
    remedy: "in the background",
  },
  {
    title: "a hook that runs a program which is not there",
    only: ["nix-hook"],
    stage: async (stage) => {
      await writeFlake(stage, "no-such-program --now");
      await evaluateShell(stage);
    },
    code: "nix/hook-warned",
    status: "warn",
    remedy: "shellHook in flake.nix",
    found: "no-such-program",
  },
  {
    title: "an evaluated shell that nothing keeps",
    only: ["nix-roots"],
    stage: async (stage) => {
      await writeFlake(stage);
      await evaluateShell(stage);
      const roots = join(stage.env["NIX_STATE_DIR"] ?? "", "gcroots", "auto");
      await stage.run("find", roots, "-type", "l", "-delete");
    },
    code: "nix/not-a-root",
    status: "warn",
    remedy: /`nix-store --realise .* --add-root .*`/u,
    mendedBy: ["remedy"],
  },
  {
    title: "a missing direnv",
    only: ["nix-direnv"],
    stage: async (stage) => {
      await stage.write(".envrc", "use flake\n");
      await stage.withoutPrograms("direnv");
    },
    code: "nix/no-direnv",
    status: "warn",
    remedy: "nix profile install nixpkgs#direnv",
  },
  {
    title: "an .envrc that is not allowed",
    only: ["nix-direnv"],
    stage: (stage) => stage.write(".envrc", "export A=1\n"),
    code: "nix/envrc-blocked",
    status: "warn",
    remedy: "`direnv allow`",
    mendedBy: ["remedy"],
    skip: skipDirenv,
  },
  {
    title: "an .envrc that has changed since it was allowed",
    only: ["nix-direnv"],
    stage: async (stage) => {
      await stage.write(".envrc", "export A=1\n");
      await stage.run("direnv", "allow");
      await stage.write(".envrc", "export A=2\n");
    },
    code: "nix/envrc-blocked",
    status: "warn",
    remedy: "`direnv allow`",
    mendedBy: ["remedy"],
    skip: skipDirenv,
  },
  {
    title: "a direnv without nix-direnv",
    only: ["nix-direnv"],
    stage: async (stage) => {
      await stage.write(".envrc", "use flake\n");
      await stage.run("direnv", "allow");
    },
    code: "nix/no-nix-direnv",
    status: "warn",
    remedy: "nix profile install nixpkgs#nix-direnv",
    skip: skipDirenv,
  },
];

describe.each(nixPrograms)("with $title", ({ file, skip }) => {
  describe.skipIf(skip)("the doctor", () => {
    describeFaults("on Nix itself", program, file);
    describeFaults("on the store", store, file);
    describeFaults("on Git", gitFaults, file);
    describeFaults("on flake.lock", lock, file);
    describeFaults("on the evaluation", evaluation, file);
    describeFaults("on what is around the shell", around, file);
  });
});
