import { execFileSync } from "node:child_process";
import { chmod, cp, mkdir, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { parse } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { init } from "../../src/cli/init.ts";
import { type InitReport, initReportSchema } from "../../src/cli/init-report-schema.ts";
import { toProblem } from "../../src/core/error.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { type ConsoleScript, createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const installation = join(import.meta.dirname, "../..");

type Scene = {
  /** Files of the project, which is there if there are any. */
  readonly files?: Readonly<Record<string, string>>;
  /** The project is a Git repository. */
  readonly git?: boolean;
  /** Programs on PATH beside git: scripts by their names. */
  readonly programs?: Readonly<Record<string, string>>;
  readonly withoutGit?: boolean;
};

async function begin({ files, git, programs = {}, withoutGit }: Scene = {}) {
  const directory = await temporaryDirectory();
  const project = join(directory, "my_app");
  const bin = join(directory, "bin");
  await mkdir(bin);
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(bin, name), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, name), 0o755);
  }
  if (!withoutGit) await symlink(programOf("git"), join(bin, "git"));
  for (const name of ["sh", "mkdir", "cat"]) await symlink(programOf(name), join(bin, name));
  for (const [path, text] of Object.entries(files ?? {})) await write(join(project, path), text);
  if (git) execFileSync("git", ["init", "-q", project]);
  const real = isolatedPorts(directory, { PATH: bin });
  let machine: Ports = real;

  async function run(line: string, script: ConsoleScript = {}, cwd = directory) {
    const console = createRecordedConsole(script);
    const signals: ((name: NodeJS.Signals) => void)[] = [];
    const ownProcess = {
      onSignal(listener: (name: NodeJS.Signals) => void) {
        signals.push(listener);
        return () => void signals.splice(signals.indexOf(listener), 1);
      },
      exit: (code: number): never => {
        throw new Error(`exit ${code}`);
      },
    };
    const invocation = parseInvocation(["init", ...line.split(" ").filter((word) => word !== "")]);
    if (invocation.type !== "run") throw new Error(`${line} is no run of init`);
    const ending = init({ ports: machine, console, ownProcess }, invocation, cwd);
    const signal = (name: NodeJS.Signals) => signals.forEach((each) => each(name));
    return { console, ending, signal };
  }

  /** Runs it to its end. */
  async function done(line: string, script?: ConsoleScript, cwd?: string) {
    const { console, ending } = await run(line, script, cwd);
    const code = await ending;
    return { code, out: console.lines.join("\n"), notes: console.notes.join("\n"), console };
  }

  async function failed(line: string, cwd?: string) {
    const { ending } = await run(line, {}, cwd);
    return ending.then(
      (code) => {
        throw new Error(`${line} ended with ${code}`);
      },
      (error: unknown) => toProblem(error),
    );
  }

  async function report(line: string): Promise<InitReport> {
    const { out } = await done(`${line} --json`);
    const parsed = initReportSchema.parse(JSON.parse(out));
    expect(parsed).toEqual(JSON.parse(out));
    return parsed;
  }

  return {
    directory,
    project,
    run,
    done,
    failed,
    report,
    read: (path: string) => readFile(join(project, path), "utf8"),
    write: (path: string, text: string) => write(join(project, path), text),
    texts: () => textsBelow(project),
    git: (...args: readonly string[]) =>
      execFileSync("git", [...args], { cwd: project, encoding: "utf8" }),
    use: (change: (ports: Ports) => Ports) => (machine = change(real)),
  };
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

function programOf(name: string): string {
  return execFileSync("sh", ["-c", `command -v ${name}`], { encoding: "utf8" }).trim();
}

/** All files of a directory but those of Git, as they are. */
async function textsBelow(directory: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => !path.includes("/.git/"));
  const texts = await Promise.all(
    paths.map(async (path) => [path.slice(directory.length + 1), await readFile(path, "utf8")]),
  );
  return Object.fromEntries(texts);
}

const mixFile = (...dependencies: readonly string[]) => `defmodule MyApp.MixProject do
  use Mix.Project
  def project, do: [app: :my_app, version: "0.1.0", elixir: "~> 1.14", deps: deps()]
  defp deps, do: [${dependencies.map((name) => `{:${name}, "~> 1.0"}`).join(", ")}]
end
`;

const yes: ConsoleScript = { answer: () => true };

describe("ai-rules init of a new application", () => {
  it.each(["universal", "phoenix-ash", "nerves"])(
    "makes one of the profile %s",
    async (profile) => {
      const { done, read, texts, git, directory } = await begin();

      const { code, out } = await done(`my_app ${profile}`);

      expect(code).toBe(0);
      expect(out).toContain("new application my_app");
      expect(out).toMatch(/next\n {2}cd my_app\n(.*\n)?.*ai-rules tui$/);
      expect(await read("flake.nix")).toContain(profile);
      expect(JSON.parse(await read(".ai-rules/init.json"))).toMatchObject({ version: 1, profile });
      const known = git("ls-files").trim().split("\n");
      expect(known.toSorted()).toEqual(Object.keys(await texts()).toSorted());
      expect(git("diff", "--cached", "--name-only")).toBe("");
      expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
    },
  );

  it("makes the directories above it as well", async () => {
    const { done, directory } = await begin();

    expect((await done("a/b/my_app")).code).toBe(0);
    expect(await readdir(join(directory, "a/b/my_app"))).toContain("mix.exs");
    expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  it("fills an empty directory from within", async () => {
    const { done, project, read } = await begin({ git: true });

    const { code, out } = await done("nerves", {}, project);

    expect(code).toBe(0);
    expect(out).not.toContain("cd ");
    expect(await read("mix.exs")).toContain("MyApp");
  });

  it("takes away what a run left that was killed just after the application had its name", async () => {
    const { done, directory } = await begin();
    await done("sub/my_app");
    const above = ".sub.ai-rules-new";
    const beside = ".my_app.ai-rules-new";
    await write(join(directory, above, "made-by-ai-rules-init", "x"), "");
    await write(join(directory, "sub", beside, "made-by-ai-rules-init", "x"), "");

    await done("sub/my_app --dry-run");
    expect(await readdir(directory)).toContain(above);
    await done("sub/my_app");

    expect(await readdir(directory)).not.toContain(above);
    expect(await readdir(join(directory, "sub"))).not.toContain(beside);
  });

  it("takes away what a killed run left beside it, and nothing of anybody else", async () => {
    const { done, failed, directory } = await begin();
    const left = join(directory, ".my_app.ai-rules-new");
    await write(join(left, "made-by-ai-rules-init", "x"), "");
    await write(join(left, "project/mix.exs"), "half");

    expect((await done("my_app")).code).toBe(0);
    expect(await readdir(directory)).not.toContain(".my_app.ai-rules-new");

    await write(join(directory, ".other.ai-rules-new/mine.txt"), "mine");
    expect((await failed("other")).code).toBe("project/in-the-way");
    expect(await readdir(join(directory, ".other.ai-rules-new"))).toEqual(["mine.txt"]);
  });

  it("makes no repository inside of another, and says which one it is", async () => {
    const { done, directory, project } = await begin();
    execFileSync("git", ["init", "-q", directory]);

    const { out } = await done("my_app");

    expect(out).toContain(`in the Git repository ${directory}`);
    expect(await readdir(project)).not.toContain(".git");
    const known = execFileSync("git", ["ls-files"], { cwd: directory, encoding: "utf8" });
    expect(known).toContain("my_app/flake.nix");
  });

  it("works without Git, and says what that means", async () => {
    const { done, read } = await begin({ withoutGit: true });

    const { code, notes } = await done("my_app");

    expect(code).toBe(0);
    expect(notes).toContain("Git is not installed");
    expect(await read("flake.nix")).toContain("devShells");
  });

  it("does nothing when it is run again", async () => {
    const { done, texts } = await begin();
    await done("my_app phoenix-ash");
    const before = await texts();

    const { code, out } = await done("my_app");

    expect({ code, after: await texts() }).toEqual({ code: 0, after: before });
    expect(out).toContain("nothing to do");
  });

  it("refuses a name that is none for an application, with one that is", async () => {
    const { failed, directory } = await begin();

    expect(await failed("My-App nerves")).toMatchObject({
      code: "usage/application-name",
      remedy: expect.stringMatching(/ai-rules init .*my_app nerves$/),
    });
    expect(await readdir(directory)).not.toContain("My-App");
  });
});

describe("ai-rules init in a project", () => {
  it("says why, shows what it will write, and writes after a yes", async () => {
    const { done, read, git } = await begin({
      files: { "mix.exs": mixFile("phoenix", "ash"), "AGENTS.md": "# Mine\n" },
      git: true,
    });

    const { code, out, console } = await done("my_app", yes);

    expect(code).toBe(0);
    expect(out).toMatch(/profile phoenix-ash .*because mix\.exs depends on phoenix and ash/);
    expect(out).toMatch(
      /--- a\/AGENTS\.md\n\+\+\+ b\/AGENTS\.md\n@@ .*\n # Mine\n\+\n\+<!-- ai-rules/,
    );
    expect(out).toMatch(/\.\.\. \d+ more lines; --dry-run shows them/);
    expect(console.questions).toEqual(["write this into my_app?"]);
    expect(await read("AGENTS.md")).toMatch(/^# Mine\n\n<!-- ai-rules: begin -->/);
    expect(await read("mix.exs")).toBe(mixFile("phoenix", "ash"));
    expect(git("ls-files")).toContain("flake.lock");
    expect(git("ls-files")).not.toContain("mix.exs");
  });

  it("writes nothing after a no", async () => {
    const { done, texts } = await begin({ files: { "mix.exs": mixFile() } });
    const before = await texts();

    const { code, notes } = await done("my_app", { answer: () => false });

    expect({ code, after: await texts() }).toEqual({ code: 1, after: before });
    expect(notes).toContain("nothing was written");
  });

  it("writes nothing where nobody can be asked", async () => {
    const { failed, texts } = await begin({ files: { "mix.exs": mixFile() } });
    const before = await texts();

    expect(await failed("my_app")).toMatchObject({
      code: "project/not-confirmed",
      remedy: expect.stringContaining("--yes"),
    });
    expect(await texts()).toEqual(before);
  });

  it("writes nothing in a dry run, and shows everything", async () => {
    const { done, texts, directory } = await begin({ files: { "mix.exs": mixFile() } });
    const before = await texts();

    const { code, out } = await done("my_app --dry-run --yes");

    expect({ code, after: await texts() }).toEqual({ code: 0, after: before });
    expect(out).not.toContain("more lines");
    expect(out).toContain("# From here on all profiles are the same.");
    expect((await done("other --dry-run")).code).toBe(0);
    expect(await readdir(directory)).not.toContain("other");
  });

  it("reports as JSON, and writes only with --yes", async () => {
    const { report, texts } = await begin({ files: { "mix.exs": mixFile("nerves") }, git: true });
    const before = await texts();

    const told = await report("my_app");
    expect(told).toMatchObject({ written: false, deed: "set-up", profile: { name: "nerves" } });
    expect(await texts()).toEqual(before);

    const written = await report("my_app --yes");
    expect(written).toMatchObject({ written: true, git: { initialised: false } });
    expect(written.git?.added).toContain("flake.nix");
    expect(written.files).toEqual(told.files);
    expect((await report("my_app")).files.every(({ action }) => action === "unchanged")).toBe(true);
  });

  it("takes the shell of .tool-versions, or the one that is named", async () => {
    const files = { "mix.exs": mixFile(), ".tool-versions": "elixir 1.18.1-otp-27\n" };
    const asdf = await begin({ files });
    const named = await begin({ files });

    await asdf.done("my_app --yes");
    await named.done("my_app --yes --shell elixir_1_19");

    expect(await asdf.read("ai-rules.json")).toContain('"shell": "elixir_1_18"');
    expect(await asdf.read(".envrc")).toContain("use flake '.#elixir_1_18'");
    expect(await named.read("ai-rules.json")).toContain('"shell": "elixir_1_19"');
    expect((await named.done("my_app --yes --shell elixir_1_17+")).code).toBe(0);
    expect(await named.read("ai-rules.json")).toContain('"shell": "elixir_1_17+"');
  });

  it("keeps what is beside, and says so once", async () => {
    const { done, read, texts } = await begin({
      files: { "mix.exs": mixFile(), ".opencode/prompts/plan.md": "My own.\n" },
    });

    const { out } = await done("my_app --yes");

    expect(out).toMatch(/beside +\.opencode\/prompts\/plan\.md\.ai-rules +yours stays$/m);
    expect(await read(".opencode/prompts/plan.md")).toBe("My own.\n");
    const before = await texts();
    expect((await done("my_app")).out).toContain("nothing to do");
    expect(await texts()).toEqual(before);
  });

  it("takes over what an earlier setup kept for MLX, once", async () => {
    const {
      done,
      read,
      write: change,
    } = await begin({
      files: {
        "mix.exs": mixFile(),
        "mlx_gpu_config.yml": "memory_limit: 40GB\nbatch:\n  plan: 2\nwhat_is_this: 1\n",
      },
    });

    const { out, notes } = await done("my_app --yes");

    expect(out).toMatch(/create +ai-rules\.json +with the settings of mlx_gpu_config\.yml/);
    expect(notes).toContain("mlx_gpu_config.yml: what_is_this is not taken over");
    const settings = await read("ai-rules.json");
    expect(parse(settings)).toMatchObject({
      runtimes: { mlx: { batch: { plan: 2, build: 4 } } },
    });
    expect(settings).toMatch(/\/\/ .*\n[^]*"memoryLimit": ("40GB"|\d+)/);
    await change("mlx_gpu_config.yml", "memory_limit: 30GB\n");
    expect((await done("my_app --yes --update")).out).toContain("nothing to do");
    expect(await read("ai-rules.json")).toBe(settings);
  });

  it("works at a place with spaces and umlauts", async () => {
    const { done, directory } = await begin();
    const project = join(directory, "Größe & Co");
    await write(join(project, "mix.exs"), mixFile());
    await write(join(project, "lib/ä ö.ex"), "");
    execFileSync("git", ["init", "-q", project]);

    const { code } = await done("--yes", {}, project);

    expect(code).toBe(0);
    const known = execFileSync("git", ["ls-files"], { cwd: project, encoding: "utf8" });
    expect(known).toContain("flake.nix");
  });

  it("works through a link, and follows none out of the project", async () => {
    const { done, directory, project } = await begin({ files: { "mix.exs": mixFile() } });
    await write(join(directory, "shared/AGENTS.md"), "shared\n");
    await symlink("../shared/AGENTS.md", join(project, "AGENTS.md"));
    await symlink("../shared", join(project, ".opencode"));
    await symlink("my_app", join(directory, "link"));

    const { code, out } = await done("link --yes");

    expect(code).toBe(0);
    expect(out).toMatch(/keep +AGENTS\.md +AGENTS\.md is a link to outside of the project/);
    expect(await textsBelow(join(directory, "shared"))).toEqual({ "AGENTS.md": "shared\n" });
    expect(await readdir(project)).toContain("flake.nix");
  });

  it("leaves what is staged and changed in Git as it is", async () => {
    const {
      done,
      git,
      write: change,
    } = await begin({
      files: { "mix.exs": mixFile(), "a.txt": "1\n" },
      git: true,
    });
    git("add", "a.txt");
    await change("a.txt", "2\n");

    await done("my_app --yes");

    expect(git("diff", "--cached", "--name-only")).toBe("a.txt\n");
    expect(git("diff", "a.txt")).toContain("+2");
  });

  it("says when Git ignores the flake", async () => {
    const { done } = await begin({
      files: { "mix.exs": mixFile(), ".gitignore": "flake.*\n" },
      git: true,
    });

    expect((await done("my_app --yes")).notes).toContain("Git ignores flake.nix");
  });

  it("shows Nix the flake when it is run again", async () => {
    const { done, git } = await begin({ files: { "mix.exs": mixFile() }, git: true });
    await done("my_app --yes");
    git("rm", "-q", "--cached", "flake.nix");

    expect((await done("my_app")).notes).toContain("Git did not know flake.nix");
    expect(git("ls-files")).toContain("flake.nix");
  });

  it("does not take marks of a merge for a lock", async () => {
    const lock = "{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n";
    const { done, read } = await begin({ files: { "mix.exs": mixFile(), "flake.lock": lock } });

    const { out } = await done("my_app --yes");

    expect(out).toMatch(/keep +flake\.lock +it holds the marks of a merge/);
    expect(await read("flake.lock")).toBe(lock);
  });
});

describe("ai-rules init with a flake.nix of one's own", () => {
  const flake = `{
  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

  outputs = { self, nixpkgs }:
    let pkgs = nixpkgs.legacyPackages.x86_64-linux;
    in {
      devShells.x86_64-linux.default = pkgs.mkShell {
        packages = [ pkgs.hello ];
      };
    };
}
`;
  const files = { "mix.exs": mixFile(), "flake.nix": flake, "flake.lock": "{}\n" };

  it("lets it stay, and shows the change that would connect it", async () => {
    const { done, read } = await begin({ files });

    const { out } = await done("my_app --yes");

    expect(await read("flake.nix")).toBe(flake);
    expect(await read("flake.lock")).toBe("{}\n");
    expect(out).toMatch(/^\+.*ai-rules/m);
    expect(out).toContain("`ai-rules init --connect input` does it");
  });

  it.each(["input", "copy"])("connects it when that is asked for: %s", async (way) => {
    const { done, read, texts } = await begin({ files });

    await done(`my_app --yes --connect ${way}`);

    const connected = await read("flake.nix");
    expect(connected).not.toBe(flake);
    expect(connected).toContain("pkgs.hello");
    expect(await read("flake.lock")).toBe("{}\n");
    const before = await texts();
    expect((await done(`my_app --yes --connect ${way}`)).out).toContain("nothing to do");
    expect((await done("my_app --yes --update")).out).toContain("nothing to do");
    expect(await texts()).toEqual(before);
  });

  it("takes the input from where it is told", async () => {
    const { done, read } = await begin({ files });

    await done("my_app --yes --connect input --input path:/srv/ai-rules");

    expect(await read("flake.nix")).toContain('"path:/srv/ai-rules"');
  });

  it("says what to write by hand where a program would have to guess", async () => {
    const { done, read } = await begin({ files: { ...files, "flake.nix": "{ outputs = \n" } });

    const { code, out } = await done("my_app --yes --connect input");

    expect(code).toBe(0);
    expect(out).toContain("put this into it by hand");
    expect(await read("flake.nix")).toBe("{ outputs = \n");
  });
});

describe("ai-rules init --update", () => {
  /** An installation whose profile is a version further. */
  async function newerInstallation(directory: string): Promise<string> {
    const newer = join(directory, "newer");
    await cp(join(installation, "profiles"), join(newer, "profiles"), { recursive: true });
    const change = async (path: string, edit: (text: string) => string) => {
      const file = join(newer, "profiles/universal", path);
      await chmod(file, 0o644);
      await writeFile(file, edit(await readFile(file, "utf8")));
    };
    await change("profile.json", (text) => text.replace(/"version": \d+/, '"version": 99'));
    await change("AGENTS.md", (text) => `${text}\nA newer line.\n`);
    await change(".opencode/prompts/plan.md", (text) => `Newer.\n${text}`);
    await change(".opencode/prompts/review.md", (text) => `Newer.\n${text}`);
    await rm(join(newer, "profiles/universal/.opencode/skills/otp"), { recursive: true });
    await write(join(newer, "profiles/universal/.opencode/skills/new/SKILL.md"), "New.\n");
    return newer;
  }

  it("brings the newer profile to what nobody changed, and joins or leaves the rest", async () => {
    const { done, read, write: change, use, directory, texts } = await begin();
    await done("my_app universal");
    const agents = await read("AGENTS.md");
    await change("AGENTS.md", `Mine.\n${agents}`);
    await change(".opencode/prompts/review.md", "Mine.\n");
    await rm(join(directory, "my_app/.opencode/prompts/build.md"));
    const newer = await newerInstallation(directory);
    use((ports) => ({ ...ports, host: { ...ports.host, installation: newer } }));

    expect((await done("my_app")).notes).toContain("`ai-rules init --update`");
    const { code, out } = await done("my_app --update", yes);

    expect(code).toBe(0);
    expect(await read("AGENTS.md")).toBe(`Mine.\n${agents}\nA newer line.\n`);
    expect(await read(".opencode/prompts/plan.md")).toMatch(/^Newer\.\n/);
    expect(await read(".opencode/prompts/review.md")).toBe("Mine.\n");
    expect(await read(".opencode/prompts/review.md.ai-rules")).toMatch(/^Newer\.\n/);
    expect(out).toMatch(/keep +\.opencode\/prompts\/build\.md +it was removed since/);
    const after = await texts();
    expect(Object.keys(after)).toContain(".opencode/skills/new/SKILL.md");
    expect(Object.keys(after)).not.toContain(".opencode/skills/otp/SKILL.md");
    expect(await readdir(join(directory, "my_app/.opencode/skills"))).not.toContain("otp");
    expect(await read(".gitignore")).toContain("/my_app-*.tar");
    expect((await done("my_app --update")).out).toContain("nothing to do");
    expect(await texts()).toEqual(after);
  });

  it("changes the profile of a project when that is asked for", async () => {
    const { done, failed, read, texts } = await begin();
    await done("my_app nerves");

    expect(await failed("my_app universal")).toMatchObject({
      code: "profile/other",
      remedy: "to change it to universal, add --update",
    });
    await done("my_app universal --update --yes");

    expect(JSON.parse(await read(".ai-rules/init.json"))).toMatchObject({ profile: "universal" });
    expect(Object.keys(await texts())).not.toContain(".opencode/skills/nerves/SKILL.md");
    expect(await read("flake.nix")).toContain("universal");
  });

  it("refuses a project of a newer ai-rules", async () => {
    const { done, failed, read, write: change } = await begin();
    await done("my_app universal");
    const record = await read(".ai-rules/init.json");
    await change(
      ".ai-rules/init.json",
      record.replace(/"profileVersion": \d+/, '"profileVersion": 99'),
    );

    expect((await failed("my_app --update")).code).toBe("profile/record-newer");
    await change(".ai-rules/init.json", record.replace('"version": 1', '"version": 2'));
    expect((await failed("my_app --update")).code).toBe("profile/record-newer");
    await change(".ai-rules/init.json", `<<<<<<< HEAD\n${record}`);
    expect((await failed("my_app")).code).toBe("profile/record-unreadable");
  });

  it("needs something to update", async () => {
    const { failed } = await begin({ files: { "mix.exs": mixFile() } });

    expect((await failed("my_app --update")).code).toBe("profile/no-record");
  });
});

describe("ai-rules init with a generator", () => {
  /** Does what `mix phx.new` does, in small; without its archive it knows no such task. */
  const mix = `
    case "$1" in
      help) [ "$2" = phx.new ] ;;
      phx.new)
        mkdir -p "$2/lib" "$2/priv/static"
        echo "generated $4" > "$2/mix.exs"
        echo "/deps/" > "$2/.gitignore"
        echo "Phoenix says." > "$2/AGENTS.md"
        printf '\\377\\000' > "$2/priv/static/favicon.ico" ;;
      *) exit 1 ;;
    esac`;

  it.each(["absent", "empty"])(
    "merges into what it made, where the directory is %s",
    async (what) => {
      const { done, read, project, git, directory } = await begin({
        programs: { mix },
        git: what === "empty",
      });

      const { code } = await done("my_app phoenix-ash --generator");

      expect(code).toBe(0);
      expect(await read("mix.exs")).toBe("generated my_app\n");
      expect(await read("AGENTS.md")).toMatch(/^Phoenix says\.\n\n<!-- ai-rules: begin -->/);
      expect(await read(".gitignore")).toMatch(/^\/deps\/\n[^]*\.direnv/);
      expect(await readFile(join(project, "priv/static/favicon.ico"))).toEqual(
        Buffer.from([0xff, 0x00]),
      );
      expect(git("ls-files")).toContain("priv/static/favicon.ico");
      expect(await readdir(join(project, ".ai-rules"))).toEqual(["init.json"]);
      expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
      expect((await done("my_app")).out).toContain("nothing to do");
    },
  );

  it("says how to install it where it is not there, and leaves nothing", async () => {
    const { failed, directory } = await begin({ programs: { mix: "exit 1" } });

    expect(await failed("my_app phoenix-ash --generator")).toMatchObject({
      code: "project/no-generator",
      remedy: expect.stringContaining("mix archive.install hex phx_new"),
    });
    expect(await readdir(directory)).not.toContain("my_app");
    expect((await readdir(directory)).filter((name) => name.startsWith("."))).toEqual([]);
  });

  /** Does what `mix igniter.new` does, in small, and notes its arguments. */
  const igniter = `
    case "$1" in
      help) case "$2" in igniter.new|phx.new) ;; *) exit 1 ;; esac ;;
      local.hex|local.rebar) echo "$1" >> "$TMPDIR/ground" ;;
      igniter.new)
        mkdir -p "$2/lib" "$2/deps/ash"
        echo "$*" > "$2/mix.exs"
        echo "/deps/" > "$2/.gitignore"
        echo "mine" > "$2/deps/ash/mix.exs" ;;
      *) exit 1 ;;
    esac`;

  it.each(["absent", "empty"])(
    "takes the one that is named, with all it fetched, where the directory is %s",
    async (what) => {
      const { done, read, git, directory } = await begin({
        programs: { mix: igniter },
        git: what === "empty",
      });

      const { code, notes } = await done("my_app phoenix-ash --generator=igniter");

      expect(code).toBe(0);
      expect(await read("mix.exs")).toMatch(
        /^igniter\.new \/\S+ --install=ash,ash_phoenix,ash_postgres --with=phx\.new --with-args=--app my_app --yes --no-git\n$/,
      );
      expect(await read("deps/ash/mix.exs")).toBe("mine\n");
      expect(git("ls-files")).not.toContain("deps/");
      expect(await readFile(join(directory, "ground"), "utf8")).toBe("local.hex\nlocal.rebar\n");
      expect(notes).toContain(
        "running mix igniter.new with the mix on PATH; it compiles libraries, which takes minutes",
      );
      expect((await done("my_app")).out).toContain("nothing to do");
    },
  );

  it("makes a plain application with Igniter where no framework is wanted", async () => {
    const { done, read } = await begin({ programs: { mix: igniter } });

    await done("my_app universal --generator");

    expect(await read("mix.exs")).toMatch(
      /^igniter\.new \/\S+ --sup --with-args=--app my_app --yes --no-git\n$/,
    );
  });

  it("names every archive that is missing, and only those", async () => {
    const none = await begin({ programs: { mix: "exit 1" } });
    const some = await begin({
      programs: { mix: `[ "$1 $2" = "help phx.new" ]` },
    });

    expect(await none.failed("my_app phoenix-ash --generator igniter")).toMatchObject({
      code: "project/no-generator",
      message: expect.stringMatching(/^there is no mix igniter\.new and no mix phx\.new: /),
      remedy:
        "install it: `mix archive.install hex igniter_new && mix archive.install hex phx_new`, or leave --generator out",
    });
    expect(await some.failed("my_app phoenix-ash --generator igniter")).toMatchObject({
      message: expect.stringMatching(/^there is no mix igniter\.new: /),
      remedy: "install it: `mix archive.install hex igniter_new`, or leave --generator out",
    });
  });

  it("does not begin to fetch where Mix would stop to ask for Hex or rebar3", async () => {
    const noRebar = `case "$1" in help|local.hex) ;; local.rebar) exit 1 ;; *) echo "$1" >> "$TMPDIR/ran" ;; esac`;
    const { failed, directory } = await begin({ programs: { mix: noRebar } });

    expect(await failed("my_app universal --generator")).toMatchObject({
      code: "project/no-generator",
      remedy: expect.stringContaining("mix local.hex --force && mix local.rebar --force"),
    });
    expect(await readdir(directory)).not.toContain("ran");
    expect(await readdir(directory)).not.toContain("my_app");
  });

  it.each([
    ["phoenix-ash --generator=ignitr", "did you mean --generator=igniter?"],
    ["phoenix-ash --generator=PHX", "did you mean --generator=phx?"],
    ["phoenix-ash --generator=rails", "take one of these: --generator=phx, --generator=igniter"],
    ["nerves --generator=igniter", "take one of these: --generator=nerves"],
    ["nerves --generator=igniter --dry-run", "take one of these: --generator=nerves"],
  ])("refuses a generator that the profile has not: %s", async (line, remedy) => {
    const { failed } = await begin();

    expect(await failed(`my_app ${line}`)).toMatchObject({ code: "usage/generator", remedy });
  });

  it("tells what the generator said when it fails", async () => {
    const broken = `[ "$1" = help ] || { echo "** (Mix) no room"; echo "error: init terminating"; exit 1; }`;
    const { failed, project } = await begin({ programs: { mix: broken }, git: true });

    expect((await failed("my_app phoenix-ash --generator")).message).toBe(
      "mix phx.new failed: ** (Mix) no room",
    );
    expect(await readdir(project)).toEqual([".git"]);
  });

  it("is for new applications", async () => {
    const { failed } = await begin({ files: { "mix.exs": mixFile() } });

    expect((await failed("my_app phoenix-ash --generator")).code).toBe("usage/generator");
  });
});

describe("what ai-rules init says of this machine", () => {
  it("is that Nix is not there", async () => {
    const { report } = await begin();

    const { missing, next } = await report("my_app");

    expect(missing.map(({ code }) => code)).toContain("nix/not-installed");
    expect(next).toEqual(["cd my_app", "ai-rules tui"]);
  });

  it.each([
    ["nix (Nix) 2.8.0", true],
    ["nix (Nix) 2.18.1", false],
    ["nix (Determinate Nix 3.22.1) 2.35.2", false],
    ["nix (Lix, like Nix) 2.95.2", false],
  ])("is whether %s is too old", async (version, tooOld) => {
    const { report } = await begin({ programs: { nix: `echo '${version}'` } });

    const { missing, next } = await report("my_app --shell elixir_1_17+");

    expect(missing.some(({ code }) => code === "nix/nix-too-old")).toBe(tooOld);
    expect(next).toEqual(["cd my_app", "nix develop '.#elixir_1_17+'", "ai-rules tui"]);
  });

  it("is how to enter the shell", async () => {
    const programs = { nix: "echo 'nix (Nix) 2.34.8'", direnv: "" };
    const { report } = await begin({ programs });

    expect((await report("my_app")).next).toEqual(["cd my_app", "direnv allow", "ai-rules tui"]);
  });
});

describe("what ai-rules init refuses", () => {
  it.each([
    ["universl", { code: "usage/profile", remedy: /^did you mean universal\?/ }],
    ["my_app universl", { code: "usage/profile", remedy: "did you mean universal?" }],
    ["nerves my_app", { code: "usage/profile", remedy: /`ai-rules init my_app nerves`/ }],
    ["my_app whatever", { code: "usage/profile", remedy: /phoenix-ash/ }],
    ["my_app --shell elxir_1_17", { code: "usage/shell", remedy: "did you mean elixir_1_17?" }],
    ["my_app --connect both", { code: "usage/connect" }],
    ["my_app/mix.exs", { code: "project/in-the-way" }],
    ["my_app/mix.exs/below", { code: "project/in-the-way" }],
  ] as const)("is %s", async (line, wanted) => {
    const { failed, texts } = await begin({ files: { "mix.exs": mixFile() } });
    const before = await texts();

    const problem = await failed(line);

    expect(problem.code).toBe(wanted.code);
    if ("remedy" in wanted) expect(problem.remedy).toMatch(wanted.remedy);
    expect(await texts()).toEqual(before);
  });

  it("is a directory that cannot be written to", async () => {
    const { failed, use, texts, directory } = await begin({ files: { "mix.exs": mixFile() } });
    use((ports) => {
      const refused = ["my_app", ".other.ai-rules-new"].map((name) => join(directory, name));
      const makeDirectory: Ports["files"]["makeDirectory"] = (path, mode) =>
        refused.some((each) => path.startsWith(each))
          ? Promise.reject(Object.assign(new Error("refused"), { code: "EACCES" }))
          : ports.files.makeDirectory(path, mode);
      return { ...ports, files: { ...ports.files, makeDirectory } };
    });

    expect(await failed("my_app --yes")).toMatchObject({ code: "project/not-writable" });
    expect(await failed("other")).toMatchObject({ code: "project/not-writable" });
    expect(Object.keys(await texts())).toEqual(["mix.exs"]);
  });

  it("is a disk without room, which leaves nothing", async () => {
    const { failed, use, texts } = await begin({ files: { "mix.exs": mixFile() } });
    use((ports) => {
      const writeAtomically: Ports["files"]["writeAtomically"] = (path, text, mode) =>
        path.endsWith("file-5")
          ? Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" }))
          : ports.files.writeAtomically(path, text, mode);
      return { ...ports, files: { ...ports.files, writeAtomically } };
    });

    expect(await failed("my_app --yes")).toMatchObject({ code: "project/disk-full" });
    expect(Object.keys(await texts())).toEqual(["mix.exs"]);
  });

  it("is a second one in the same project at the same time", async () => {
    const { run, done, failed } = await begin({ files: { "mix.exs": mixFile() } });
    const question = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<boolean>();
    const ask = () => {
      question.resolve(undefined);
      return answer.promise;
    };
    const { ending } = await run("my_app", { answer: ask });
    await question.promise;

    expect(await failed("my_app --yes")).toMatchObject({
      code: "run/already-running",
      message: expect.stringMatching(/^ai-rules init already runs in my_app: process \d+/),
    });
    answer.resolve(true);
    expect(await ending).toBe(0);
    expect((await done("my_app --yes")).out).toContain("nothing to do");
  });

  it("is to go on when it is interrupted at the question", async () => {
    const { run, texts } = await begin({ files: { "mix.exs": mixFile() } });
    const before = await texts();
    const question = Promise.withResolvers<undefined>();
    const { ending, signal, console } = await run("my_app", {
      answer: (_, abort) => {
        question.resolve(undefined);
        return new Promise((_resolve, reject) => {
          abort.addEventListener("abort", () => reject(abort.reason));
        });
      },
    });
    await question.promise;

    signal("SIGINT");

    expect(await ending).toBe(130);
    expect(console.notes.at(-1)).toBe("interrupted: nothing was written");
    expect(await texts()).toEqual(before);
  });
});
