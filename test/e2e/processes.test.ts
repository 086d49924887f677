import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import {
  descendantsOf,
  filesBelow,
  isListening,
  listeningPorts,
  processesWith,
  untilGone,
} from "./processes.ts";
import { openTerminal, type TestTerminal } from "./terminal.ts";

const opened: TestTerminal[] = [];

function sh(script: string, env: Readonly<Record<string, string>> = {}): TestTerminal {
  const terminal = openTerminal({
    file: "/bin/sh",
    args: ["-c", script],
    env: { PATH: process.env["PATH"] ?? "", ...env },
  });
  opened.push(terminal);
  return terminal;
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((terminal) => terminal.close()));
});

describe("what a program leaves behind", () => {
  it("is found below a pid at any depth", async () => {
    const terminal = sh("sh -c 'sleep 61; :' & sleep 62 & echo up; wait");
    await terminal.until("up");
    const pid = await terminal.pid();

    await expect
      .poll(async () => (await descendantsOf(pid)).map((each) => each.command).join(", "))
      .toMatch(/(?=.*sleep 61)(?=.*sleep 62)/);
    await terminal.close();
    await untilGone("the sleepers", () => descendantsOf(pid));
  });

  it("is found by a variable of its environment when its parent is gone", async () => {
    const mark = `AI_RULES_TEST=${process.pid}-orphan`;
    const terminal = sh("(trap '' HUP; exec sleep 63) & sleep 0.2; echo up", {
      AI_RULES_TEST: `${process.pid}-orphan`,
    });
    await terminal.exited;

    const left = await processesWith(mark);
    expect(left.map((each) => each.command)).toEqual(["sleep 63"]);
    for (const each of left) process.kill(each.pid, "SIGKILL");

    await untilGone("the orphan", () => processesWith(mark));
  });

  it("is named when it does not go away", async () => {
    const failure = untilGone("the file", () => Promise.resolve(["/tmp/left"]), 10);

    await expect(failure).rejects.toThrow("the file still there after 10 ms:\n  /tmp/left");
  });

  it("can be a port that a process listens on", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;

    expect(await listeningPorts([process.pid])).toContain(port);
    expect(await isListening(port)).toBe(true);
    await new Promise((resolve) => server.close(resolve));
    expect(await isListening(port)).toBe(false);
  });

  it("can be a file in a directory, which need not exist", async () => {
    const directory = await mkdtemp(join(tmpdir(), "ai-rules-files-"));
    await writeFile(join(directory, "left.sock"), "");

    expect(await filesBelow(directory, join(directory, "absent"))).toEqual([
      join(directory, "left.sock"),
    ]);
    await rm(directory, { recursive: true });
  });
});
