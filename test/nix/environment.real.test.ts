import { chmod, readdir, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EnvironmentProgress } from "../../src/core/environment.ts";
import { until } from "../fakes/until.ts";
import {
  createNixMachine,
  environmentOf,
  flakeWith,
  git,
  type NixMachine,
  skipNix,
  sleepingFlake,
} from "./nix-machine.ts";

let machine: NixMachine;

beforeEach(async () => {
  machine = await createNixMachine();
});

afterEach(() => machine.remove());

async function shellDirectory(): Promise<string> {
  const [name = "none"] = await readdir(machine.cacheDir);
  return join(machine.cacheDir, name);
}

describe.skipIf(skipNix)("the environment of a flake, with real Nix", () => {
  it("has the shell's variables after exactly one evaluation", async () => {
    const { summary, variables } = environmentOf(await machine.load());

    expect(summary).toMatchObject({ source: "nix", shell: "default", hookWarned: false });
    expect(summary.hookOutput).toBe("hook says hi (stdout)\nhook says hi (stderr)");
    expect(variables).toMatchObject({
      OLLAMA_HOST: "http://localhost:11434",
      FROM_HOOK: "yes",
      AI_RULES_ROOT: machine.root,
      IN_NIX_SHELL: "impure",
      HOME: machine.env["HOME"],
      TMPDIR: machine.env["TMPDIR"],
      TERM: "xterm-256color",
    });
    expect(variables["PATH"]).toBe(`/usr/local/bin:/usr/bin:/bin:${machine.env["PATH"]}`);
    expect(variables).not.toHaveProperty("shellHook");
    expect(variables).not.toHaveProperty("SHELL");
    expect(await machine.nixCalls()).toHaveLength(1);
    expect((await machine.nixCalls())[0]).toContain("print-dev-env --profile");
  });

  it("comes from the cache the second time, with no run of Nix", async () => {
    const first = environmentOf(await machine.load());

    const second = environmentOf(await machine.load());

    expect(second.summary.source).toBe("cache");
    expect(second.summary.evaluatedAt).toBe(first.summary.evaluatedAt);
    expect(second.variables).toEqual(first.variables);
    expect(await machine.nixCalls()).toHaveLength(1);
  });

  it("has the user's variables of now, also from the cache", async () => {
    await machine.load();

    const env = { ...machine.env, TODAY: "new" };
    const second = environmentOf(await machine.load({}, { env }));

    expect(second.summary.source).toBe("cache");
    expect(second.variables).toMatchObject({ TODAY: "new", FROM_HOOK: "yes" });
  });

  it("leaves nothing in the temporary directory", async () => {
    await machine.load();
    await machine.load();

    expect(await readdir(join(machine.directory, "tmp"))).toEqual([]);
  });

  it("is evaluated again when asked to", async () => {
    await machine.load();

    const again = environmentOf(await machine.load({ refresh: true }));

    expect(again.summary.source).toBe("nix");
    expect(await machine.nixCalls()).toHaveLength(2);
  });

  it("is evaluated again when a file it imports changes", async () => {
    await machine.write(
      "flake.nix",
      flakeWith("export A=1", "inherit (import ./nix/values.nix) V;"),
    );
    await machine.write("nix/values.nix", "{ V = (import ./more.nix); }");
    await machine.write("nix/more.nix", '"one"');
    expect(environmentOf(await machine.load()).variables["V"]).toBe("one");

    await machine.write("nix/more.nix", '"two"');

    expect(environmentOf(await machine.load()).variables["V"]).toBe("two");
    expect(environmentOf(await machine.load()).summary.source).toBe("cache");
    expect(await machine.nixCalls()).toHaveLength(2);
  });

  it("is another one for another shell", async () => {
    await machine.write("flake.nix", flakeWith("export A=1"));
    await machine.load();

    const other = environmentOf(await machine.load({ shell: "other" }));

    expect(other.summary.shell).toBe("other");
    expect(other.variables["OTHER"]).toBe("yes");
    expect(environmentOf(await machine.load({ shell: "other" })).summary.source).toBe("cache");
    expect(environmentOf(await machine.load()).variables).not.toHaveProperty("OTHER");
  });

  it("keeps the cache when Nix writes flake.lock as it evaluates", async () => {
    await machine.write("input/flake.nix", '{ outputs = { self }: { word = "input"; }; }');
    const flake = flakeWith("", "WORD = input.word; HERE = builtins.pathExists ./.;")
      .replace("{ self }", "{ self, input }")
      .replace("{", `{ inputs.input.url = "path:${machine.root}/input";`);
    await machine.write("flake.nix", flake);
    expect(environmentOf(await machine.load()).variables["WORD"]).toBe("input");
    expect(await readdir(machine.root)).toContain("flake.lock");

    expect(environmentOf(await machine.load()).summary.source).toBe("cache");
    expect(await machine.nixCalls()).toHaveLength(1);
  });

  it("is kept from the garbage collector, older ones are not", async () => {
    for (const value of ["one", "two", "three", "four"]) {
      await machine.write("flake.nix", flakeWith(`export V=${value}`));
      environmentOf(await machine.load());
    }
    await machine.collectGarbage();

    expect(environmentOf(await machine.load()).summary.source).toBe("cache");
    const names = await readdir(await shellDirectory());
    expect(names.filter((name) => name.endsWith("-link"))).toHaveLength(2);
    expect(names.filter((name) => name.endsWith(".json"))).toHaveLength(2);
  });

  it("is evaluated again when the store has lost it", async () => {
    await machine.load();
    const directory = await shellDirectory();
    for (const name of await readdir(directory))
      if (name.endsWith("-link")) await rm(join(directory, name));
    await machine.collectGarbage();

    expect(environmentOf(await machine.load()).summary.source).toBe("nix");
  });

  it("is fine when two programs start at once", async () => {
    const results = await Promise.all([machine.load(), machine.load()]);

    expect(results.map((result) => environmentOf(result).summary.source)).toEqual(["nix", "nix"]);
    expect(environmentOf(await machine.load()).summary.source).toBe("cache");
  });

  it("survives a damaged cache", async () => {
    await machine.load();
    const directory = await shellDirectory();
    for (const name of await readdir(directory))
      if (name.endsWith(".json")) await writeFile(join(directory, name), "{");

    expect(environmentOf(await machine.load()).summary.source).toBe("nix");
    expect(environmentOf(await machine.load()).summary.source).toBe("cache");
  });

  it("is evaluated for this once when the cache cannot be written to", async () => {
    await writeFile(join(machine.directory, "file"), "");

    const cacheDir = join(machine.directory, "file", "env");
    const { summary, variables } = environmentOf(await machine.load({ cacheDir }));

    expect(variables["FROM_HOOK"]).toBe("yes");
    expect(summary.note).toContain("cannot be written to");
    expect(await readdir(join(machine.directory, "tmp"))).toEqual([]);
  });

  it("tells what Nix builds while it runs", async () => {
    const seen: EnvironmentProgress[] = [];

    await machine.load({ onProgress: (progress) => seen.push(progress) });

    expect(seen.map(({ activity }) => activity)).toContain("building offline-shell-env");
    expect(seen.at(-1)).toMatchObject({
      activity: "running the shell hook",
      builds: { done: 1 },
    });
  });

  it("ends Nix and its builders at once when it is cancelled", async () => {
    await machine.write("flake.nix", sleepingFlake());
    const abort = new AbortController();
    const loading = machine.load({
      abort: abort.signal,
      onProgress: ({ activity }) => activity.startsWith("building") && abort.abort(),
    });
    await until(() => abort.signal.aborted);
    const startedAt = performance.now();

    const result = await loading;

    expect(performance.now() - startedAt).toBeLessThan(500);
    expect(result).toMatchObject({
      ok: false,
      cancelled: true,
      problem: { code: "nix/cancelled" },
    });
    await until(async () => !(await machine.sleepers()).length);
  });

  it("says so when Nix takes too long", async () => {
    await machine.write("flake.nix", sleepingFlake());

    const result = await machine.load({ nixTimeoutMs: 400 });

    expect(result).toMatchObject({
      ok: false,
      cancelled: false,
      problem: { code: "nix/time-out" },
    });
    await until(async () => !(await machine.sleepers()).length);
  });
});

describe.skipIf(skipNix)("the last environment that worked", () => {
  beforeEach(async () => {
    await machine.write("flake.nix", flakeWith("export V=good"));
    environmentOf(await machine.load());
  });

  it("is used when the flake is broken, and says why and since when", async () => {
    await machine.write("flake.nix", "{\n  outputs = { self }: { a = 1 };\n}\n");

    const { summary, variables } = environmentOf(await machine.load());

    expect(summary.source).toBe("last-good");
    expect(variables["V"]).toBe("good");
    expect(summary.problem).toMatchObject({
      code: "nix/syntax",
      position: { file: join(machine.root, "flake.nix"), line: 2 },
    });
    expect(summary.note).toMatch(/^environment of \d\d:\d\d; flake\.nix:2:\d+: syntax error: /u);
  });

  it("is used when the new hook exits", async () => {
    await machine.write("flake.nix", flakeWith("exit 3"));

    const { summary, variables } = environmentOf(await machine.load());

    expect(summary).toMatchObject({ source: "last-good", problem: { code: "nix/hook-failed" } });
    expect(variables["V"]).toBe("good");
  });

  it("is offered after a cancel, not taken", async () => {
    await machine.write("flake.nix", sleepingFlake());
    const abort = new AbortController();

    const result = await machine.load({
      abort: abort.signal,
      onProgress: ({ activity }) => activity.startsWith("building") && abort.abort(),
    });

    if (result.ok || !result.lastGood) throw new Error(JSON.stringify(result));
    const { summary, variables } = environmentOf(await result.lastGood.load());
    expect(summary.source).toBe("last-good");
    expect(variables["V"]).toBe("good");
    await until(async () => !(await machine.sleepers()).length);
  });

  it("stays when the same hook fails later", async () => {
    await machine.write("flake.nix", flakeWith('export V=new; test ! -e "$PWD/stop" || exit 1'));
    environmentOf(await machine.load());
    await machine.write("stop", "");

    const { summary, variables } = environmentOf(await machine.load());

    expect(summary).toMatchObject({ source: "last-good", problem: { code: "nix/hook-failed" } });
    expect(variables["V"]).toBe("good");
    expect(await machine.nixCalls()).toHaveLength(2);
  });
});

describe.skipIf(skipNix)("a flake that cannot be used", () => {
  const cases: readonly (readonly [string, string, object])[] = [
    [
      "a syntax error",
      "{\n  outputs = { self }: { a = 1 };\n}\n",
      { code: "nix/syntax", position: { line: 2, column: 31 } },
    ],
    [
      "a missing attribute",
      flakeWith("", "X = self.nope;"),
      { code: "nix/attribute-missing", message: "there is no attribute 'nope'" },
    ],
    ["no shells", "{ outputs = { self }: { }; }", { code: "nix/no-shell" }],
    [
      "an import that is not there",
      flakeWith("", "X = import ./gone.nix;"),
      { message: "flake.nix needs gone.nix, which is not there" },
    ],
    [
      "a dependency that does not build",
      flakeWith(
        "",
        'X = derivation { name = "brokendep"; system = "x86_64-linux"; builder = "/bin/bash"; args = [ "-c" "echo compile error; exit 3" ]; };',
      ),
      { code: "nix/build-failed", message: "brokendep does not build" },
    ],
    ["a throw", flakeWith("", 'X = throw "my message";'), { code: "nix/eval-failed" }],
    ["a hook that exits", flakeWith("exit 3"), { code: "nix/hook-failed" }],
  ];

  it.each(cases)("is named: %s", async (_, flake, expected) => {
    await machine.write("flake.nix", flake);

    const result = await machine.load();

    expect(result).toMatchObject({ ok: false, problem: expected });
  });

  it("names the shells that exist", async () => {
    await machine.write("flake.nix", flakeWith(""));

    expect(await machine.load({ shell: "othr" })).toMatchObject({
      ok: false,
      problem: { code: "nix/no-shell", remedy: "choose one with --shell: default, other" },
    });
  });

  it("is shown to Git when Git does not track it", async () => {
    await git(machine, "init", "-q");

    const result = await machine.load();

    expect(result).toMatchObject({
      ok: false,
      problem: {
        code: "nix/not-tracked",
        message: "Nix cannot see flake.nix: Git does not track it",
        remedy: "run `git add -N flake.nix`",
      },
    });
    await git(machine, "add", "-N", "flake.nix");
    expect(environmentOf(await machine.load()).summary.source).toBe("nix");
  });

  it("has its position in a subdirectory of the repository, too", async () => {
    await machine.write("sub/flake.nix", "{\n  outputs = { self }: { a = 1 };\n}\n");
    await git(machine, "init", "-q");
    await git(machine, "add", "-N", ".");
    const root = join(machine.root, "sub");

    expect(await machine.load({ root })).toMatchObject({
      problem: { code: "nix/syntax", position: { file: join(root, "flake.nix"), line: 2 } },
    });
  });

  it("is told from a Nix that cannot run", async () => {
    await writeFile(join(machine.directory, "bin", "nix"), "#!/nowhere/bash\n");
    await chmod(join(machine.directory, "bin", "nix"), 0o755);

    expect(await machine.load()).toMatchObject({ problem: { code: "nix/not-started" } });
  });
});

describe.skipIf(skipNix)("a project's path", () => {
  const names = ["with space", "it's", 'dou"ble', "hash#", "what?", "100%", "ünïcode 漢", "[x]{y}"];

  it.each(names)("may be %s, with and without Git", async (name) => {
    const odd = await createNixMachine(name);
    try {
      const first = environmentOf(await odd.load());
      await git(odd, "init", "-q");
      await git(odd, "add", "-N", ".");
      const second = environmentOf(await odd.load({ refresh: true }));

      expect(first.variables["AI_RULES_ROOT"]).toBe(odd.root);
      expect(second.variables).toEqual(first.variables);
    } finally {
      await odd.remove();
    }
  });

  it("may be a link", async () => {
    const root = join(machine.directory, "link");
    await symlink(machine.root, root);

    expect(environmentOf(await machine.load({ root })).variables["FROM_HOOK"]).toBe("yes");
    expect(await readlink(root)).toBe(machine.root);
  });
});
