import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ProcessInfo } from "../../src/platform/ports.ts";
import { subtree } from "../../src/platform/process-subtree.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { until } from "../fakes/until.ts";

const processes = createProcesses();

/** Starts a shell in a group of its own, which ends with the test. */
async function startShell(script: string): Promise<number> {
  const child = spawn("sh", ["-c", script], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = child.pid ?? 0;
  onTestFinished(() => void processes.signal(-pid, "SIGKILL"));
  await once(child.stdout, "data");
  return pid;
}

describe("the process table", () => {
  it("tells parent, group, memory and command of a process", async () => {
    const found = await processes.find(process.pid);

    expect(found).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(found?.command).toContain("node");
    const measured = process.memoryUsage.rss();
    expect(found?.residentBytes).toBeGreaterThan(measured / 2);
    expect(found?.residentBytes).toBeLessThan(measured * 2);
  });

  it("gives a process the same start time whenever it is asked", async () => {
    const pid = await startShell("echo up; sleep 1000");

    const [first, second] = [await processes.find(pid), await processes.find(pid)];
    const listed = (await processes.list()).find((process) => process.pid === pid);

    expect(first?.startedAt).not.toBe("");
    expect(second?.startedAt).toBe(first?.startedAt);
    expect(listed?.startedAt).toBe(first?.startedAt);
  });

  it("tells apart two processes that were started one after the other", async () => {
    const own = await processes.find(process.pid);
    const pid = await startShell("echo up; sleep 1000");

    expect((await processes.find(pid))?.startedAt).not.toBe(own?.startedAt);
  });

  it("finds all descendants, parents first", async () => {
    const pid = await startShell("sh -c 'sleep 1000 & echo up; wait' & wait");

    const tree = await until(async () => {
      const found = await processes.tree(pid);
      return found[2]?.command === "sleep 1000" ? found : undefined;
    });

    expect(tree[0]).toMatchObject({ pid, group: pid });
    expect(tree).toHaveLength(3);
    expect(tree[1]?.parent).toBe(pid);
    expect(tree[2]).toMatchObject({ parent: tree[1]?.pid, command: "sleep 1000", group: pid });
    // Memory may have changed between the two looks.
    const bare = (all: readonly ProcessInfo[]) =>
      all.map((each) => ({ ...each, residentBytes: 0 }));
    expect(bare(subtree(await processes.list(), pid))).toEqual(bare(tree));
  });

  it("counts a zombie as gone", async () => {
    // `exec` keeps the shell's child, which sleep never waits for.
    const pid = await startShell("sh -c 'exit 0' & echo $!; exec sleep 1000");

    await until(async () => (await processes.tree(pid)).length === 1);
  });

  it("does not know a process that never was", async () => {
    expect(await processes.find(2 ** 22 + 1)).toBeUndefined();
    expect(await processes.tree(2 ** 22 + 1)).toEqual([]);
    expect(processes.signal(2 ** 22 + 1, 0)).toBe(false);
  });
});
