import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Command } from "../../src/platform/ports.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { runCommand } from "../../src/platform/run-command.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const env = { PATH: process.env["PATH"] ?? "" };
const processes = createProcesses();

function shell(script: string, options: Partial<Command> = {}) {
  return runCommand({ file: "sh", args: ["-c", script], env, ...options });
}

async function isGone(pid: number): Promise<boolean> {
  return (await processes.find(pid)) === undefined;
}

describe("a command", () => {
  it("returns its output, its exit code and what it wrote to descriptor 3", async () => {
    const result = await shell("echo out; echo err >&2; printf 'a\\0b' >&3; exit 3", {
      captureFd3: true,
    });

    expect(result).toMatchObject({
      end: "exited",
      exit: { code: 3 },
      stdout: "out\n",
      stderr: "err\n",
      fd3: "a\0b",
    });
  });

  it("tells the signal that ended it", async () => {
    expect(await shell("kill -SEGV $$")).toMatchObject({
      end: "exited",
      exit: { signal: "SIGSEGV" },
    });
  });

  it("has exactly the environment it is given", async () => {
    const { stdout } = await shell("env", { env: { ...env, ONLY: "x=y\nz" } });

    expect(stdout).toContain("ONLY=x=y\nz\n");
    expect(stdout).not.toContain("HOME=");
  });

  it("reads its input, or /dev/null without one", async () => {
    expect((await shell("cat", { input: "hällo\n" })).stdout).toBe("hällo\n");
    expect((await shell("cat; echo end")).stdout).toBe("end\n");
  });

  it("may end without reading its input", async () => {
    const result = await shell("exit 0", { input: "x".repeat(1_000_000) });

    expect(result).toMatchObject({ end: "exited", exit: { code: 0 } });
  });

  it("hands over each line of stderr as it comes, characters and lines kept whole", async () => {
    const lines: string[] = [];

    await shell("printf 'one\\r\\ntw\\303' >&2; sleep 0.05; printf '\\266\\n\\nlast' >&2", {
      onErrorLine: (line) => lines.push(line),
    });

    expect(lines).toEqual(["one", "twö", "", "last"]);
  });

  it("drops output beyond the cap and goes on", async () => {
    const result = await shell("head -c 3000000 /dev/zero; echo end >&2", { maxBytes: 1000 });

    expect(result.stdout).toHaveLength(1000);
    expect(result).toMatchObject({ end: "exited", exit: { code: 0 }, stderr: "end\n" });
  });

  it("is not waited for through a process it left in the background", async () => {
    const { stdout, tookMs } = await shell("sleep 30 & echo $!");

    expect(tookMs).toBeLessThan(5000);
    processes.signal(Number(stdout), "SIGKILL");
  });
});

describe("a command that does not start", () => {
  it("is not found", async () => {
    expect((await runCommand({ file: "no-such-program", args: [], env })).end).toBe("not-found");
  });

  it("is not executable", async () => {
    const file = join(await temporaryDirectory(), "program");
    await writeFile(file, "#!/bin/sh\n", { mode: 0o644 });

    expect((await runCommand({ file, args: [], env })).end).toBe("not-executable");
  });

  it("was cancelled before", async () => {
    expect((await shell("echo", { abort: AbortSignal.abort() })).end).toBe("cancelled");
  });
});

describe("a command that is ended", () => {
  it("goes with all of its group on time-out", async () => {
    let child = 0;
    const result = await shell("sleep 1000 & echo $! >&2; wait", {
      timeoutMs: 300,
      onErrorLine: (line) => {
        child = Number(line);
      },
    });

    expect(result).toMatchObject({ end: "timed-out", exit: {} });
    expect(child).toBeGreaterThan(1);
    await until(() => isGone(child));
  });

  it("is killed when it ignores the first signal", async () => {
    const result = await shell("trap '' TERM; echo $$; while :; do sleep 0.1; done", {
      timeoutMs: 100,
    });

    expect(result.end).toBe("timed-out");
    expect(result.tookMs).toBeGreaterThan(2000);
    await until(() => isGone(Number(result.stdout)));
  });

  it("ends within a moment when it is cancelled", async () => {
    const controller = new AbortController();
    const begun = { at: 0 };
    const running = shell("echo up >&2; sleep 1000", {
      abort: controller.signal,
      onErrorLine: () => {
        begun.at = performance.now();
        controller.abort();
      },
    });

    const result = await running;

    expect(result.end).toBe("cancelled");
    expect(performance.now() - begun.at).toBeLessThan(1000);
  });
});
