/** Faults of the installation, of the home and of the settings. */
import { execFileSync } from "node:child_process";
import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { canMount, mount } from "./mounts.ts";
import { describeFaults, onStage, type Stage, type StagedFault } from "./staged-faults.ts";

/** The state directory as a file system of its own. */
async function mountState(stage: Stage, option: string): Promise<string> {
  const state = join(stage.directory, "state");
  await mkdir(state);
  mount(state, option);
  stage.onEnd(() => void execFileSync("umount", ["--lazy", state]));
  stage.env["XDG_STATE_HOME"] = state;
  return state;
}

const home: readonly StagedFault[] = [
  {
    title: "a HOME that is not set",
    only: ["install-home"],
    stage: ({ env }) => {
      delete env["HOME"];
    },
    code: "install/home-unset",
    status: "warn",
    remedy: /`export HOME=\/.*`/u,
    found: "not set",
  },
  {
    title: "a HOME that is a relative path",
    only: ["install-home"],
    stage: ({ env }) => {
      env["HOME"] = "home/me";
    },
    code: "install/home-unset",
    status: "warn",
    remedy: /`export HOME=\/.*`/u,
    found: "no absolute path",
  },
  ...["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"].map(
    (name): StagedFault => ({
      title: `an ${name} that is a relative path`,
      only: ["install-home"],
      stage: ({ env }) => {
        env[name] = "some/where";
      },
      code: "install/xdg-relative",
      status: "warn",
      remedy: `\`export ${name}="`,
      found: `${name} is a relative path: some/where`,
    }),
  ),
];

const directories: readonly StagedFault[] = [
  {
    title: "a file where the directory of the state should be",
    only: ["install-directories"],
    stage: ({ write, home: own }) => write(join(own, ".local/state"), ""),
    code: "install/no-directory",
    status: "warn",
    remedy: /`mv .*\/\.local\/state .*\/\.local\/state\.old`/u,
    mendedBy: ["remedy"],
  },
  {
    title: "a file where the cache should be",
    only: ["install-directories"],
    stage: ({ write, env }) => write(env["XDG_CACHE_HOME"] ?? "", ""),
    code: "install/no-directory",
    status: "warn",
    remedy: /`mv .*\/cache .*\/cache\.old`/u,
    mendedBy: ["remedy"],
  },
  {
    title: "a state directory that may not be written to",
    only: ["install-directories"],
    stage: async ({ env, directory, run, asNobody }) => {
      const state = join(directory, "state");
      await mkdir(join(state, "ai-rules"), { recursive: true });
      env["XDG_STATE_HOME"] = state;
      await asNobody();
      await run("chmod", "500", join(state, "ai-rules"));
    },
    code: "install/not-writable",
    status: "warn",
    remedy: /`sudo chown "\$\(id -u\)" .*state\/ai-rules && chmod u\+rwx .*`/u,
    found: "state/ai-rules cannot be written to",
  },
  {
    title: "a home that may not be written to",
    only: ["install-directories"],
    stage: async ({ home: own, env, run, asNobody }) => {
      env["XDG_CACHE_HOME"] = "";
      await asNobody();
      await run("chmod", "500", own);
    },
    code: "install/not-writable",
    status: "warn",
    remedy: "sudo chown",
    found: /ai-rules cannot be written to, since .*home cannot/u,
  },
  {
    title: "a state directory on a full disk",
    only: ["install-directories"],
    stage: async (stage) => {
      const state = await mountState(stage, "size=4k,nr_inodes=2");
      await writeFile(join(state, "filler"), "x".repeat(4096));
    },
    code: "install/disk-full",
    status: "warn",
    remedy: "export XDG_STATE_HOME=",
    skip: !canMount,
  },
  {
    title: "a state directory that is read-only",
    only: ["install-directories"],
    stage: async (stage) => {
      await mountState(stage, "ro");
    },
    code: "install/read-only",
    status: "warn",
    remedy: "export XDG_STATE_HOME=",
    skip: !canMount,
  },
  {
    title: "a directory of locks that others can enter",
    only: ["install-directories"],
    stage: async ({ env, run }) => {
      const locks = join(env["XDG_RUNTIME_DIR"] ?? "", "ai-rules");
      await mkdir(locks);
      await run("chmod", "755", locks);
    },
    code: "run/unsafe-directory",
    status: "fail",
    remedy: "XDG_RUNTIME_DIR",
    found: "can be entered by others",
  },
];

const settings: readonly StagedFault[] = [
  {
    title: "settings that are no JSON",
    only: ["install-settings"],
    stage: ({ write }) => write("ai-rules.json", '{\n  "shell": \n}\n'),
    code: "settings/syntax",
    status: "fail",
    remedy: /\w/u,
    found: /^ai-rules\.json:3:/u,
  },
  {
    title: "a setting that nobody knows",
    only: ["install-settings"],
    stage: ({ write }) => write("ai-rules.json", '{ "shel": "elixir_1_17" }'),
    code: "settings/unknown-key",
    status: "warn",
    remedy: "shell",
  },
  {
    title: "a setting of the wrong kind in the user's own file",
    only: ["install-settings"],
    stage: ({ write, home: own }) =>
      write(join(own, ".config/ai-rules/config.json"), '{ "scrollback": "much" }'),
    code: "settings/invalid-value",
    status: "fail",
    remedy: /\w/u,
    found: "config.json",
  },
];

const installation = join(import.meta.dirname, "../..");

/** An installation of its own with a node-pty that is not made for this machine. */
async function breakPty(stage: Stage): Promise<void> {
  const own = join(stage.directory, "installation");
  for (const name of ["bin", "dist", "profiles", "package.json"])
    await cp(join(installation, name), join(own, name), { recursive: true });
  await mkdir(join(own, "node_modules"));
  await symlink(join(installation, "node_modules/@xterm"), join(own, "node_modules/@xterm"));
  const pty = join(own, "node_modules/node-pty");
  for (const name of ["lib", "package.json"])
    await cp(join(installation, "node_modules/node-pty", name), join(pty, name), {
      recursive: true,
    });
  await stage.write(join(pty, "build/Release/pty.node"), "made for another machine");
  stage.useInstallation(own);
}

describeFaults("the doctor on HOME and the XDG variables", home);
describeFaults("the doctor on what is written to", directories);
describeFaults("the doctor on the settings", settings);
describeFaults("the doctor on node-pty", [
  {
    title: "a node-pty that does not load",
    only: ["install-pty"],
    stage: breakPty,
    code: "pane/not-started",
    status: "fail",
    remedy: "npm rebuild node-pty",
    found: "does not load",
  },
]);

describe("the command line of the doctor", () => {
  it("names the check that was probably meant", () =>
    onStage(async (stage) => {
      const result = await stage.try("doctor", "--only", "nix-gti");

      expect(result.exit.code).toBe(2);
      expect(result.stderr).toContain("there is no check nix-gti");
      expect(result.stderr).toContain("did you mean --only nix-git?");
    }));

  it("takes checks and groups, as arguments and as options", () =>
    onStage(async (stage) => {
      const { report } = await stage.doctor("install-node", "--only", "install-home,nix-git");

      expect(report.checks.map(({ id }) => id)).toEqual([
        "install-node",
        "install-home",
        "nix-git",
      ]);
    }));

  it("leads to places that the documents of the installation have", () =>
    onStage(async (stage) => {
      delete stage.env["HOME"];
      await stage.write("flake.nix", "{ outputs = { self }: { }; }");

      const { stdout } = await stage.try("doctor", "install", "nix-git");

      const links = [...stdout.matchAll(/see: (\/.*)#(.*)$/gmu)];
      expect(links).toHaveLength(2);
      for (const [, file = "", anchor] of links)
        expect(await readFile(file, "utf8")).toContain(`<a id="${anchor}"></a>`);
    }));

  it("says where commands are to be run to who is elsewhere", () =>
    onStage(async (stage) => {
      await stage.write("flake.nix", "{ outputs = { self }: { }; }");
      await stage.write("lib/shop.ex", "");
      const line = `run commands in the project's directory: cd '${stage.root}'`;
      expect((await stage.try("doctor", "nix-git")).stdout).not.toContain(line);
      stage.moveTo("lib");

      expect((await stage.try("doctor", "nix-git")).stdout).toContain(line);
    }, "it is"));

  it("writes plain lines into a pipe, with nothing beside them", () =>
    onStage(async (stage) => {
      const result = await stage.try("doctor", "install");

      expect(result.stderr).toBe("");
      expect(result.stdout).toMatch(/^Installation\n {2}ok {4}install-node: ai-rules /u);
      expect(result.stdout).not.toContain("\u001B");
      expect(result.stdout).toMatch(/\n\n6 ok in \d/u);
    }));

  it("ends quietly when nobody reads on", () =>
    onStage(async (stage) => {
      const result = await stage.run(
        "bash",
        "-c",
        `set -o pipefail; ${stage.command.join(" ")} doctor --json install | true; echo "\${PIPESTATUS[0]}"`,
      );

      expect(result.stderr).toBe("");
      expect(Number(result.stdout)).toBeLessThan(2);
    }));
});
