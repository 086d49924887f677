import { type ChildProcess, spawn } from "node:child_process";
import { describe, expect, it, onTestFinished } from "vitest";
import { createClock } from "../../src/platform/clock.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { createSpawnPty } from "../../src/platform/pty.ts";
import { recordOf } from "../../src/project/process-record.ts";
import { stopProcesses, stopProcessTree } from "../../src/project/stop-tree.ts";
import { until } from "../fakes/until.ts";

const ports = { processes: createProcesses(), clock: createClock() };

type Tree = { readonly pid: number; readonly named: (name: string) => number };

/** Starts a script that leads a group and prints `name=pid` of what it starts, then `ready`. */
async function startTree(script: string): Promise<Tree> {
  const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
  const child: ChildProcess = spawn("bash", ["-c", script], { detached: true, stdio });
  let text = "";
  child.stdout?.on("data", (bytes: Buffer) => {
    text += bytes.toString();
  });
  const pid = child.pid ?? 0;
  const named = (name: string) => Number(new RegExp(`^${name}=(\\d+)$`, "m").exec(text)?.[1]);
  onTestFinished(() => {
    ports.processes.signal(-pid, "SIGKILL");
    for (const [, other] of text.matchAll(/=(\d+)/g))
      ports.processes.signal(Number(other), "SIGKILL");
  });
  await until(() => text.includes("ready"), { seen: () => text });
  return { pid, named };
}

async function lives(pid: number): Promise<boolean> {
  return (await ports.processes.find(pid)) !== undefined;
}

const ignoring = `bash -c 'trap "" TERM HUP; while :; do sleep 0.2; done'`;

describe("stopping a tree", () => {
  it("ends a group that listens to TERM at once and kills nothing", async () => {
    const { pid, named } = await startTree("sleep 1000 & echo child=$!; echo ready; wait");
    const begun = performance.now();

    const { killed } = await stopProcessTree(ports, { pid, groupPid: pid });

    expect(killed).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(await lives(pid)).toBe(false);
    expect(await lives(named("child"))).toBe(false);
  });

  it("lets a program clean up within the grace", async () => {
    const { pid } = await startTree(
      `trap 'sleep 0.3; exit 0' TERM; echo ready; while :; do sleep 0.05; done`,
    );

    expect(await stopProcessTree(ports, { pid, groupPid: pid })).toEqual({ killed: [] });
    expect(await lives(pid)).toBe(false);
  });

  it("kills what ignores TERM after the grace", async () => {
    const { pid, named } = await startTree(
      `trap "" TERM; ${ignoring} & echo child=$!; echo ready; while :; do sleep 0.2; done`,
    );

    const { killed } = await stopProcessTree(ports, { pid, groupPid: pid, graceMs: 300 });

    const pids = killed.map((record) => record.pid);
    expect(pids).toContain(pid);
    expect(pids).toContain(named("child"));
    expect(await lives(pid)).toBe(false);
    expect(await lives(named("child"))).toBe(false);
  });

  it("ends descendants that left the group and the session", async () => {
    const { pid, named } = await startTree(
      `setsid bash -c 'echo session=$$; echo ready; sleep 1000 & wait' & wait`,
    );

    const { killed } = await stopProcessTree(ports, { pid, groupPid: pid });

    expect(killed).toEqual([]);
    expect(await lives(named("session"))).toBe(false);
  });

  it("kills a descendant in a session of its own that ignores TERM", async () => {
    const { pid, named } = await startTree(
      `setsid bash -c 'trap "" TERM HUP; echo session=$$; echo ready; while :; do sleep 0.2; done' & wait`,
    );

    const { killed } = await stopProcessTree(ports, { pid, groupPid: pid, graceMs: 2000 });

    expect(killed.map((record) => record.pid)).toContain(named("session"));
    expect(await lives(named("session"))).toBe(false);
  });

  it("ends a daemon whose parent died, when it was seen before", async () => {
    // Forked twice with a session between: it hangs below pid 1 and no group leads to it.
    const { pid, named } = await startTree(
      `setsid bash -c 'sleep 1000 & echo daemon=$!' ; echo ready; sleep 1000`,
    );
    const daemon = await ports.processes.find(named("daemon"));
    expect(daemon?.parent).not.toBe(pid);

    await stopProcessTree(ports, { pid, groupPid: pid, known: daemon ? [recordOf(daemon)] : [] });

    expect(await lives(named("daemon"))).toBe(false);
  });

  it("ends what is left of a group whose leader is gone", async () => {
    const { pid, named } = await startTree("sleep 1000 & echo child=$!; echo ready");
    await until(async () => !(await lives(pid)));
    expect(await lives(named("child"))).toBe(true);

    await stopProcessTree(ports, { pid, groupPid: pid });

    expect(await lives(named("child"))).toBe(false);
  });

  it("kills also what members start while they are being stopped", async () => {
    const { pid } = await startTree(
      `trap 'sleep 1000 & echo late=$!' TERM; echo ready; while :; do sleep 0.05; done`,
    );

    await stopProcessTree(ports, { pid, groupPid: pid, graceMs: 300 });

    const left = (await ports.processes.list()).filter(({ group }) => group === pid);
    expect(left).toEqual([]);
  });

  it("ends an interactive shell, which ignores TERM, with a hang-up and kills nothing", async () => {
    const args = ["bash", "--norc", "--noprofile", "-i"];
    const env = { PATH: process.env["PATH"] ?? "", PS1: "prompt> " };
    const file = "/usr/bin/env";
    const pty = createSpawnPty()({ file, args, cwd: "/", env, cols: 80, rows: 24 });
    let seen = "";
    pty.onData((bytes) => {
      seen += Buffer.from(bytes).toString();
    });
    onTestFinished(() => void pty.signal("SIGKILL"));
    await until(() => seen.includes("prompt> "), { seen: () => seen });
    const begun = performance.now();

    const stopped = await stopProcessTree(ports, {
      pid: pty.pid,
      groupPid: pty.pid,
      hangUp: true,
    });

    expect(stopped.killed).toEqual([]);
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(await lives(pty.pid)).toBe(false);
  });

  it("does not wait for a zombie", async () => {
    const { pid } = await startTree("bash -c 'exit 0' & echo ready; exec sleep 1000");
    const begun = performance.now();

    await stopProcessTree(ports, { pid, groupPid: pid });

    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it("leaves a process alone that got the pid of a recorded one", async () => {
    const { pid } = await startTree("echo ready; sleep 1000");
    const known = [{ pid, startedAt: "long ago" }];

    const { killed } = await stopProcessTree(ports, { pid, groupPid: pid, known });

    expect(killed).toEqual([]);
    expect(await lives(pid)).toBe(true);
  });

  it("returns at once when nothing is left", async () => {
    expect(await stopProcessTree(ports, { pid: 2 ** 22 + 1, groupPid: 2 ** 22 + 1 })).toEqual({
      killed: [],
    });
  });
});

describe("stopping recorded processes", () => {
  it("ends each of them, the stubborn by force, and says which it met", async () => {
    const polite = await startTree("echo ready; sleep 1000");
    const stubborn = await startTree(`trap "" TERM; echo ready; while :; do sleep 0.1; done`);
    const found = await Promise.all([polite, stubborn].map(({ pid }) => ports.processes.find(pid)));
    const records = found.flatMap((process) => (process ? [recordOf(process)] : []));
    const others = [{ pid: process.pid, startedAt: "not this one" }];

    const met = await stopProcesses(ports, { records: [...records, ...others], graceMs: 300 });

    expect(met).toHaveLength(2);
    expect(await lives(polite.pid)).toBe(false);
    expect(await lives(stubborn.pid)).toBe(false);
  });
});
