import { mkdtemp, readdir, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { adoptRcText } from "../../src/nix/rc-text.ts";
import { type HookRequest, type HookResult, runShellHook } from "../../src/nix/shell-hook.ts";
import type { Variables } from "../../src/platform/ports.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import { until } from "../fakes/until.ts";

let directory: string;
let env: Variables;
const real = createPorts();

beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), "ai-rules-hook-")));
  env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: directory, TMPDIR: directory, TERM: "dumb" };
});

afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs a hook as the last part of what `nix print-dev-env` 2.8.0 writes. */
async function run(hook: string, request: Partial<HookRequest> = {}): Promise<HookResult> {
  const rcFile = join(directory, "shell.rc");
  await writeFile(rcFile, adoptRcText(rcText(hook), directory));
  return runShellHook(
    { ...real, env },
    { root: directory, rcFile, bash: "bash", timeoutMs: 10_000, ...request },
  );
}

function rcText(hook: string): string {
  return `unset shellHook
nix_saved_PATH="$PATH"
BASH='/usr/bin/bash'
IFS=' \t
'
OLDPWD=''
export OLDPWD
PATH='/shell/bin'
export PATH
SHELL='/shell/bash'
out='/outputs/out'
export out
PATH="$PATH:$nix_saved_PATH"
export NIX_BUILD_TOP="$(mktemp -d -t nix-shell.XXXXXX)"
export TMP="$NIX_BUILD_TOP"
export TMPDIR="$NIX_BUILD_TOP"
shellHook='${hook.replaceAll("'", String.raw`'\''`)}'
eval "$shellHook"
`;
}

function ran(result: HookResult): Extract<HookResult, { type: "ran" }> {
  if (result.type !== "ran") throw new Error(JSON.stringify(result, undefined, 2));
  return result;
}

describe("a shell hook", () => {
  it("changes the variables it exports", async () => {
    const { variables, output, warned } = ran(await run('export A="1"; B=2; echo done'));

    expect(variables).toMatchObject({ A: "1", PATH: `/shell/bin:${env["PATH"]}` });
    expect(variables).not.toHaveProperty("B");
    expect(output).toBe("done");
    expect(warned).toBe(false);
  });

  it("leaves the user's session as it is and nothing of ours behind", async () => {
    const { variables } = ran(await run("cd /; export TERM=odd HOME=/nowhere TZ=X"));

    expect(Object.keys(variables).sort()).toEqual(["HOME", "PATH", "TERM", "TMPDIR"]);
    expect(variables).toMatchObject({ HOME: directory, TERM: "dumb", TMPDIR: directory });
  });

  it("passes on line ends, equal signs, letters beyond ASCII and exported functions", async () => {
    const { variables } = ran(
      await run('export A="one\ntwo=3\n" B="é 漢 🙂"; greet() { echo hi; }; export -f greet'),
    );

    expect(variables).toMatchObject({ A: "one\ntwo=3\n", B: "é 漢 🙂" });
    expect(variables["BASH_FUNC_greet%%"]).toContain("echo hi");
  });

  it("has a build directory while it runs, which is removed", async () => {
    const { output } = ran(await run('touch "$TMPDIR/x" && echo "$NIX_BUILD_TOP"'));

    expect(output).toMatch(new RegExp(`^${directory}/nix-shell\\.[\\w-]+$`, "u"));
    expect(await readdir(directory)).toEqual(["shell.rc"]);
  });

  it("that prints megabytes keeps the start and the end of it", async () => {
    const { output } = ran(
      await run(
        'echo first; head -c 9000000 /dev/zero | tr "\\0" x | fold -w 100; echo; echo last',
      ),
    );

    expect(output.length).toBeLessThan(66 * 1024);
    expect(output).toMatch(/^first\n/u);
    expect(output).toMatch(/\nlast$/u);
    expect(output).toContain("characters left out");
  });

  it("cannot send control characters to the screen", async () => {
    const { output } = ran(
      await run(String.raw`printf "\033[31mred\033[0m\033]0;title\007 \r\n\a!"`),
    );

    expect(output).toBe("red\n!");
  });

  it("that reads its input finds none", async () => {
    const { variables } = ran(await run('read -r line; export GOT="<$line>"'));

    expect(variables["GOT"]).toBe("<>");
  });

  it.each([
    ["an unknown command", "no-such-command; export A=1", { A: "1" }],
    ["a syntax error", "export A=1; if ; then", {}],
    ["a failure at its end", "export A=1; false", { A: "1" }],
    ["a return", "export A=1; return 3", { A: "1" }],
  ])("goes on after %s, and says so", async (_, hook, expected) => {
    const result = ran(await run(hook));

    expect(result.warned).toBe(true);
    expect(result.variables).toMatchObject(expected);
  });

  it.each([
    ["exit 3", "the shell hook ended with code 3 and left no environment"],
    ["exit 0", "the shell hook ended with code 0 and left no environment"],
    ["set -e; false; echo never", "the shell hook ended with code 1 and left no environment"],
    ["kill -KILL $$", "the shell hook was ended by SIGKILL and left no environment"],
  ])("that ends by `%s` leaves no environment", async (hook, message) => {
    const result = await run(`echo before; ${hook}`);

    expect(result).toMatchObject({ type: "failed", problem: { code: "nix/hook-failed", message } });
    expect(result).toMatchObject({ problem: { detail: "before" } });
    expect(await readdir(directory)).toEqual(["shell.rc"]);
  });

  it("that hangs is ended, with what it has started", async () => {
    const result = await run('sleep 987.5 & echo "$!" > pid; wait', { timeoutMs: 300 });

    expect(result).toMatchObject({ type: "failed", problem: { code: "nix/hook-time-out" } });
    const pid = Number(await real.files.readText(join(directory, "pid")));
    await until(() => !real.processes.signal(pid, 0));
  });

  it("ends at once when it is cancelled", async () => {
    const abort = new AbortController();
    const running = run('echo "$$" > pid; sleep 987.5', { abort: abort.signal });
    await until(() => real.files.readText(join(directory, "pid")));

    abort.abort();

    expect(await running).toMatchObject({ type: "cancelled" });
  });

  it("keeps what it starts in the background, and does not wait for it", async () => {
    const startedAt = performance.now();
    const { variables } = ran(await run("sleep 987.5 & export PID=$!"));

    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(real.processes.signal(Number(variables["PID"]), "SIGKILL")).toBe(true);
  });

  it("does not run its EXIT trap: the shell lives on in the panes", async () => {
    ran(await run('trap "touch trapped" EXIT'));

    expect(await readdir(directory)).toEqual(["shell.rc"]);
  });

  it("survives strict modes and a PATH without programs", async () => {
    const { variables } = ran(await run("set -eu; export A=1 PATH=/nowhere"));

    expect(variables).toMatchObject({ A: "1", PATH: "/nowhere" });
  });

  it("needs a bash", async () => {
    expect(await run("true", { bash: "/nowhere/bash" })).toMatchObject({
      type: "failed",
      problem: { code: "nix/no-bash" },
    });
  });
});
