import { createHash, randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Exit } from "../../src/core/agent.ts";
import { AiRulesError } from "../../src/core/error.ts";
import type { Pty, PtyOptions } from "../../src/platform/ports.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { createSpawnPty } from "../../src/platform/pty.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const spawnPty = createSpawnPty();

type Started = {
  readonly pty: Pty;
  readonly text: () => string;
  readonly bytes: () => Buffer;
  readonly exit: () => Exit | undefined;
};

function start(script: string, options: Partial<PtyOptions> = {}): Started {
  const env = { PATH: process.env["PATH"] ?? "", TERM: "xterm-256color" };
  const args = ["-c", script];
  const pty = spawnPty({ file: "/bin/sh", args, cwd: "/", env, cols: 80, rows: 24, ...options });
  onTestFinished(() => void pty.signal("SIGKILL"));
  const chunks: Uint8Array[] = [];
  let exit: Exit | undefined;
  pty.onData((bytes) => chunks.push(Uint8Array.from(bytes)));
  pty.onExit((ended) => {
    exit = ended;
  });
  const bytes = () => Buffer.concat(chunks);
  return { pty, bytes, text: () => bytes().toString("latin1"), exit: () => exit };
}

function thrownBy(deed: () => unknown): unknown {
  try {
    deed();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("a program in a pty", () => {
  it("is born with its size and learns a new one", async () => {
    const { pty, text } = start('stty size; trap "stty size; exit" WINCH; echo ready; read line');
    await until(() => text().includes("24 80\r\nready"), { seen: text });

    pty.resize({ cols: 131, rows: 47 });

    await until(() => text().includes("47 131"), { seen: text });
  });

  it("delivers bytes as they are, also those that are no UTF-8", async () => {
    const { bytes, exit } = start("stty raw; printf '\\377\\376\\200ok\\303'");

    await until(exit);

    expect([...bytes()]).toEqual([0xff, 0xfe, 0x80, 0x6f, 0x6b, 0xc3]);
  });

  it("gets the environment it is given and nothing of ours", async () => {
    const { text, exit } = start("env", { env: { ONLY: "this one", TERM: "dumb" } });

    await until(exit);

    const names = text()
      .split("\r\n")
      .filter(Boolean)
      .map((line) => line.split("=")[0]);
    expect(text()).toContain("ONLY=this one");
    expect(text()).toContain("TERM=dumb");
    expect(names).not.toContain("HOME");
  });

  it("leads a session of its own", async () => {
    const { pty, text, exit } = start("ps -o sid= -o pgid= -p $$");

    await until(exit);

    expect(text().trim().split(/\s+/)).toEqual([String(pty.pid), String(pty.pid)]);
  });

  it("tells the exit code", async () => {
    const { exit } = start("exit 7");

    expect(await until(exit)).toEqual({ code: 7 });
  });

  it("tells the signal that ended it, by name", async () => {
    const { exit } = start("kill -KILL $$");

    expect(await until(exit)).toEqual({ signal: "SIGKILL" });
  });

  it("is signalled together with its children", async () => {
    const { pty, text, exit } = start("sleep 1000 & echo child=$!; wait");
    await until(() => /child=\d+\r/.test(text()), { seen: text });
    const child = Number(/child=(\d+)/.exec(text())?.[1]);

    expect(pty.signal("SIGTERM")).toBe(true);

    await until(exit);
    await until(async () => (await createProcesses().find(child)) === undefined);
  });

  it("cannot be signalled when it is gone", async () => {
    const { pty, exit } = start("exit 0");
    await until(exit);

    expect(pty.signal("SIGTERM")).toBe(false);
  });

  it("receives a megabyte whole and in order though it reads late", async () => {
    const { pty, text } = start(
      "stty raw -echo; echo ready; sleep 0.2; head -c 1000000 | sha256sum; exec cat",
    );
    const sent = randomBytes(500_000).toString("hex");
    await until(() => text().includes("ready"), { seen: text });

    pty.write(sent);
    pty.write("tail");

    await until(() => text().includes("tail"), { seen: text });
    expect(text()).toContain(createHash("sha256").update(sent).digest("hex"));
  });

  it("costs nothing while it does not read what was written to it", async () => {
    const { pty, text } = start("stty raw -echo; echo ready; sleep 1000");
    await until(() => text().includes("ready"), { seen: text });
    pty.write(Buffer.alloc(200_000, "x"));
    const before = process.cpuUsage();
    const begun = performance.now();

    await until(() => performance.now() - begun > 400);

    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 1000).toBeLessThan(200);
  });

  it("ignores what is written after its end", async () => {
    const { pty, exit } = start("exit 0");
    await until(exit);

    pty.write("late");
    pty.resize({ cols: 10, rows: 10 });

    expect(exit()).toEqual({ code: 0 });
  });

  it("is blocked by the kernel while it is paused", async () => {
    const { pty, bytes, text } = start("stty raw; echo ready; exec cat /dev/zero");
    await until(() => text().includes("ready"));
    pty.pause();
    const atPause = bytes().length;
    const begun = performance.now();
    await until(() => performance.now() - begun > 200);

    expect(bytes().length - atPause).toBeLessThan(200_000);

    pty.resume();
    await until(() => bytes().length > atPause + 1_000_000);
  });
});

describe("a program that cannot be started", () => {
  it("is named when it does not exist", () => {
    const error = thrownBy(() => start("", { file: "/nowhere/opencode" }));

    expect(error).toBeInstanceOf(AiRulesError);
    expect(error).toMatchObject({
      problem: { code: "pane/not-started", message: "/nowhere/opencode does not exist" },
    });
  });

  it("is named when it is not executable", async () => {
    const file = join(await temporaryDirectory(), "opencode");
    await writeFile(file, "#!/bin/sh\n", { mode: 0o644 });

    const error = thrownBy(() => start("", { file }));

    expect(error).toMatchObject({ problem: { message: `${file} is not executable` } });
  });

  it("says when its directory is gone", () => {
    const error = thrownBy(() => start("", { cwd: "/nowhere" }));

    expect(error).toMatchObject({ problem: { message: "the directory /nowhere does not exist" } });
  });
});
