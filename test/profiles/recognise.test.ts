import { execFile } from "node:child_process";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import type { Files } from "../../src/platform/ports.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import { loadProfile, type ProfileName, profileNames } from "../../src/profiles/profile.ts";
import { type ProjectKind, recognise } from "../../src/profiles/recognise.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const ports = createPorts();

/** A directory with these files: relative path -> text. */
async function project(texts: Readonly<Record<string, string>>): Promise<string> {
  const root = await temporaryDirectory();
  for (const [path, text] of Object.entries(texts)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

async function kindOf(texts: Readonly<Record<string, string>>): Promise<ProjectKind> {
  return recognise(ports, await project(texts));
}

function mixFile(name: string, ...dependencies: readonly string[]): string {
  const list = dependencies.map((dependency) => `{:${dependency}, "~> 1.0"}`).join(", ");
  return `defmodule M do\ndef project do\n[app: :${name}, deps: deps()]\nend\ndefp deps do\n[${list}]\nend\nend\n`;
}

const umbrella = 'defmodule U do\ndef project do\n[apps_path: "apps", deps: []]\nend\nend\n';

describe("the profile of a project", () => {
  it.each<readonly [dependencies: readonly string[], suggested: ProfileName, because: string]>([
    [["ash", "phoenix"], "phoenix-ash", "mix.exs depends on ash and phoenix"],
    [
      ["phoenix", "ecto_sql", "phoenix_live_view"],
      "phoenix-ash",
      "mix.exs depends on phoenix and phoenix_live_view",
    ],
    [["ash_postgres"], "phoenix-ash", "mix.exs depends on ash_postgres"],
    [["nerves", "shoehorn"], "nerves", "mix.exs depends on nerves"],
    [["jason"], "universal", "mix.exs depends on nothing that nerves or phoenix-ash is for"],
    [[], "universal", "mix.exs depends on nothing that nerves or phoenix-ash is for"],
  ])("with %j is told by its dependencies", async (dependencies, suggested, because) => {
    const kind = await kindOf({ "mix.exs": mixFile("demo", ...dependencies) });
    expect(kind).toEqual({
      empty: false,
      application: "demo",
      umbrella: false,
      dependencies,
      suggested,
      because,
      flake: "none",
      notes: [],
    });
  });

  it("is nerves where there is Phoenix as well, which is said", async () => {
    const kind = await kindOf({ "mix.exs": mixFile("demo", "phoenix", "nerves") });
    expect(kind).toMatchObject({
      suggested: "nerves",
      because: "mix.exs depends on nerves",
      notes: ["the profile phoenix-ash fits, too: mix.exs depends on phoenix"],
    });
  });

  it("is nerves where only the list of targets can be read", async () => {
    const text = "@all_targets [:rpi4]\ndef project, do: [app: :demo, deps: Shared.deps()]";
    expect(await kindOf({ "mix.exs": text })).toMatchObject({
      suggested: "nerves",
      because: "mix.exs lists the targets of a firmware (@all_targets)",
    });
  });

  it("comes with word of the database that postgrex needs", async () => {
    const kind = await kindOf({ "mix.exs": mixFile("demo", "ecto_sql", "postgrex") });
    expect(kind).toMatchObject({
      suggested: "universal",
      notes: ["postgrex needs a server: the shell has one, started with db-start"],
    });
  });
});

describe("an umbrella", () => {
  it("is told by its applications", async () => {
    const kind = await kindOf({
      "mix.exs": umbrella,
      "apps/core/mix.exs": mixFile("core", "ash"),
      "apps/web/mix.exs": mixFile("web", "phoenix", "ash"),
      "apps/notes.txt": "none",
      "apps/empty/README.md": "none",
    });
    expect(kind).toEqual({
      empty: false,
      umbrella: true,
      dependencies: ["ash", "phoenix"],
      suggested: "phoenix-ash",
      because: "apps/core/mix.exs depends on ash and apps/web/mix.exs depends on phoenix and ash",
      flake: "none",
      notes: [],
    });
  });

  it("with many applications names two of them", async () => {
    const apps = ["a", "b", "c", "d"].map((name) => [`apps/${name}/mix.exs`, mixFile(name, "ash")]);
    const kind = await kindOf({ "mix.exs": umbrella, ...Object.fromEntries(apps) });
    expect(kind.because).toBe(
      "apps/a/mix.exs depends on ash, apps/b/mix.exs depends on ash, and 2 more",
    );
  });

  it("of other applications is universal", async () => {
    const kind = await kindOf({
      "mix.exs": umbrella,
      "apps/core/mix.exs": mixFile("core", "jason"),
    });
    expect(kind).toMatchObject({
      suggested: "universal",
      because: "none of the 2 mix.exs depends on anything that nerves or phoenix-ash is for",
    });
  });

  it("is read once where links lead back to it", async () => {
    const root = await project({
      "mix.exs": umbrella,
      "apps/core/mix.exs": mixFile("core", "ash"),
    });
    await symlink("..", join(root, "apps/up"));
    await symlink("core", join(root, "apps/again"));
    await symlink("loop", join(root, "apps/loop"));
    await symlink("/", join(root, "apps/outside"));

    const kind = await recognise(ports, root);

    expect(kind).toMatchObject({
      dependencies: ["ash"],
      because: expect.stringMatching(/^apps\/\w+\/mix.exs depends on ash$/),
      notes: [],
    });
  });

  it("whose applications are said to be outside of it is not followed", async () => {
    const kind = await kindOf({ "mix.exs": umbrella.replace('"apps"', '"../.."') });
    expect(kind.notes).toEqual(["mix.exs has its applications in ../.., outside of the project"]);
  });
});

describe("a directory without a mix.exs", () => {
  it("is told by those one folder below", async () => {
    const kind = await kindOf({
      "firmware/mix.exs": mixFile("firmware", "nerves"),
      "ui/mix.exs": mixFile("ui", "phoenix"),
      "deps/ash/mix.exs": mixFile("ash", "ash"),
      "node_modules/mix.exs": mixFile("no", "ash"),
    });
    expect(kind).toMatchObject({
      umbrella: false,
      dependencies: ["nerves", "phoenix"],
      suggested: "nerves",
      because: "firmware/mix.exs depends on nerves",
    });
    expect(kind.application).toBeUndefined();
  });

  it("is universal", async () => {
    expect(await kindOf({ "README.md": "hello" })).toMatchObject({
      empty: false,
      suggested: "universal",
      because: "there is no mix.exs",
    });
  });

  it.each<readonly [path: string]>([
    [".git/HEAD"],
    [".idea/workspace.xml"],
    [".vscode/settings.json"],
    [".DS_Store"],
    ["mix.exs~"],
    [".mix.exs.swp"],
    ["my project.code-workspace"],
  ])("is empty with %s alone", async (path) => {
    expect(await kindOf({ [path]: "x" })).toMatchObject({
      empty: true,
      suggested: "universal",
      because: "the directory is empty",
    });
  });

  it("may be one that is not there", async () => {
    const kind = await recognise(ports, join(await temporaryDirectory(), "new/app"));
    expect(kind).toMatchObject({ empty: true, flake: "none", notes: [] });
  });
});

describe("the flake of a project", () => {
  it.each<readonly [kind: ProjectKind["flake"], what: string, text: string]>([
    ["own", "any other", "{ outputs = _: { }; }\n"],
    ["own", "one that only mentions ours", "# export AI_RULES_PROFILE=x\n{ }\n"],
    ["own", "one with a block of ours", '{ hook = "export AI_RULES_PROFILE=universal"; }\n'],
    ["own", "an empty one", ""],
  ])("is %s: %s", async (flake, _, text) => {
    expect((await kindOf({ "flake.nix": text })).flake).toBe(flake);
  });

  it("is ours where a profile wrote it", async () => {
    for (const name of profileNames) {
      const { files } = await loadProfile(ports, name);
      expect((await kindOf({ "flake.nix": files.get("flake.nix") ?? "" })).flake).toBe("ours");
    }
  });

  it("is the project's own where it cannot be read", async () => {
    const root = await project({ "flake.nix/default.nix": "{ }" });
    expect(await recognise(ports, root)).toMatchObject({
      flake: "own",
      notes: ["flake.nix is no file, but a directory"],
    });
  });
});

describe("the Elixir of a project", () => {
  it("is that of .tool-versions", async () => {
    const kind = await kindOf({
      "mix.exs": mixFile("demo").replace("app:", 'elixir: "~> 1.16", app:'),
      ".tool-versions": "elixir 1.18-otp-27\nerlang 27.1\n",
    });
    expect(kind.toolVersions).toEqual({
      elixir: "1.18-otp-27",
      erlang: "27.1",
      file: ".tool-versions",
    });
    expect(kind.shell).toEqual({
      name: "elixir_1_18",
      because: ".tool-versions asks for Elixir 1.18 on OTP 27",
    });
  });

  it("is that of mise.toml where .tool-versions names none", async () => {
    const kind = await kindOf({
      "mise.toml": '[tools]\nelixir = "1.19"\n',
      ".tool-versions": "nodejs 22\n",
    });
    expect(kind.toolVersions).toEqual({ elixir: "1.19", file: "mise.toml" });
    expect(kind.shell?.name).toBe("elixir_1_19");
  });

  it("is that of mix.exs without either", async () => {
    const kind = await kindOf({
      "mix.exs": mixFile("demo").replace("app:", 'elixir: "~> 1.18", app:'),
    });
    expect(kind.toolVersions).toBeUndefined();
    expect(kind.shell).toEqual({
      name: "elixir_1_18",
      because: 'mix.exs asks for Elixir "~> 1.18"',
    });
  });

  it("may be named above it in the same repository, and not beyond", async () => {
    const root = await project({
      ".tool-versions": "elixir 1.20\n",
      "inside/.git/HEAD": "x",
      "inside/.tool-versions": "elixir 1.18\n",
      "inside/services/shop/mix.exs": mixFile("shop"),
      "other/.git/HEAD": "x",
      "other/shop/mix.exs": mixFile("shop"),
    });

    const shop = await recognise(ports, join(root, "inside/services/shop"));
    const other = await recognise(ports, join(root, "other/shop"));

    expect(shop.toolVersions).toEqual({ elixir: "1.18", file: "../../.tool-versions" });
    expect(other.toolVersions).toBeUndefined();
  });

  it("is not looked for above a directory that is in no repository", async () => {
    const root = await project({
      ".tool-versions": "elixir 1.20\n",
      "shop/mix.exs": mixFile("shop"),
    });
    expect((await recognise(ports, join(root, "shop"))).toolVersions).toBeUndefined();
  });
});

describe("an earlier setup", () => {
  it("is said to be there", async () => {
    const kind = await kindOf({ "mlx_gpu_config.yml": "memory_limit: 45GB\n" });
    expect(kind.mlxConfig).toBe("mlx_gpu_config.yml");
  });
});

describe("a mix.exs that cannot be read", () => {
  const unread = { suggested: "universal", because: "no mix.exs can be read" } as const;

  it("is a directory", async () => {
    const root = await project({ "mix.exs/README.md": "x" });
    expect(await recognise(ports, root)).toMatchObject({
      ...unread,
      notes: ["mix.exs is no file, but a directory"],
    });
  });

  it("is a pipe, which nobody waits for", async () => {
    const root = await temporaryDirectory();
    await promisify(execFile)("mkfifo", [join(root, "mix.exs")]);
    expect(await recognise(ports, root)).toMatchObject({
      ...unread,
      notes: ["mix.exs is no file, but a device or a pipe"],
    });
  });

  it.each(["mix.exs", "nowhere.exs"])("is a link to %s that leads to no file", async (target) => {
    const root = await temporaryDirectory();
    await symlink(target, join(root, "mix.exs"));
    expect(await recognise(ports, root)).toMatchObject({
      ...unread,
      notes: ["mix.exs is a link that leads to no file"],
    });
  });

  it("has 10 MB", async () => {
    const kind = await kindOf({
      "mix.exs": `${mixFile("demo", "ash")}${"# \n".repeat(3_500_000)}`,
    });
    expect(kind).toMatchObject({ ...unread, notes: ["mix.exs is too large to be read: 10 MB"] });
  });

  it("is a program", async () => {
    const kind = await kindOf({ "mix.exs": "\u007FELF\u0002\u0001\u0000\u0000{:ash, 1}" });
    expect(kind).toMatchObject({ ...unread, notes: ["mix.exs holds no text"] });
  });

  it("is not allowed to be read", async () => {
    const root = await project({ "mix.exs": mixFile("demo", "ash") });
    const denied = `EACCES: permission denied, open '${join(root, "mix.exs")}'`;
    const files: Files = {
      ...ports.files,
      readText: (path) =>
        path === join(root, "mix.exs")
          ? Promise.reject(new Error(denied))
          : ports.files.readText(path),
    };
    expect(await recognise({ ...ports, files }, root)).toMatchObject({
      ...unread,
      notes: [`mix.exs cannot be read: ${denied}`],
    });
  });

  it("is broken beyond reading", async () => {
    expect(await kindOf({ "mix.exs": 'defmodule M do def project do [ "' })).toMatchObject({
      suggested: "universal",
      because: "mix.exs names neither an application nor dependencies that can be read",
    });
  });
});

describe("a directory that cannot be looked into", () => {
  it("is not taken for an empty one", async () => {
    const root = await temporaryDirectory();
    const deny = () => Promise.reject(new Error("EACCES: permission denied"));
    const files: Files = {
      ...ports.files,
      list: (path) => (path.startsWith(root) ? deny() : ports.files.list(path)),
      status: (path) => (path.startsWith(root) ? deny() : ports.files.status(path)),
    };
    const kind = await recognise({ ...ports, files }, root);
    expect(kind.empty).toBe(false);
    expect(kind.notes).toContain(`${root} cannot be listed`);
    expect(kind.notes).toContain("mix.exs cannot be read: EACCES: permission denied");
  });
});

it("shows no control characters of a project's files", async () => {
  const kind = await kindOf({
    "mix.exs":
      'def project, do: [app: :"a\u001B[31mb", apps_path: "apps", elixir: "\u001B]0;x\u0007", deps: [{:"c\u001B[2J", "1"}]]',
    ".tool-versions": "elixir 1.17\u001B[2J\n",
    "apps/a\u001B[2Jb/mix.exs": mixFile("b", "ash"),
    "apps/\u001B[2Jc/mix.exs/x": "x",
  });
  expect(JSON.stringify(kind)).not.toMatch(/\\u001b|\\u0007/u);
});
