import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createProcessLedger, sweepLeftovers } from "../../src/project/leftovers.ts";
import { type ProcessRecord, recordOf } from "../../src/project/process-record.ts";
import { createRunDirectory } from "../../src/project/run-directory.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

async function setUp() {
  const runtimeDirectory = await temporaryDirectory();
  const ports = isolatedPorts(runtimeDirectory);
  const start = async (script: string) => {
    const stdio: ["ignore", "pipe", "ignore"] = ["ignore", "pipe", "ignore"];
    const child = spawn("sh", ["-c", script], { detached: true, stdio });
    const pid = child.pid ?? 0;
    onTestFinished(() => void ports.processes.signal(-pid, "SIGKILL"));
    const [bytes] = await once(child.stdout, "data");
    return { pid, child, said: Number(String(bytes)) };
  };
  return { ports, runtimeDirectory, start };
}

describe("a run directory", () => {
  it("is private, and gone with all it holds after its removal", async () => {
    const { ports, runtimeDirectory } = await setUp();

    const { path, remove } = await createRunDirectory(ports, runtimeDirectory);
    await mkdir(join(path, "tmp"));
    await writeFile(join(path, "tmp", "file"), "x");

    expect(await ports.files.status(path)).toMatchObject({ mode: 0o700 });
    await remove();
    expect(await readdir(runtimeDirectory)).toEqual([]);
  });
});

describe("the ledger of started processes", () => {
  it("writes down each process by pid and start time, and its descendants when it looks", async () => {
    const { ports, runtimeDirectory, start } = await setUp();
    const run = await createRunDirectory(ports, runtimeDirectory);
    const ledger = createProcessLedger(ports, run.path);
    const { pid, said: child } = await start("sleep 1000 & echo $!; wait");
    const read = async () => JSON.parse(await readFile(join(run.path, "processes.json"), "utf8"));

    await ledger.started(pid);
    await ledger.sample();

    const found = await Promise.all([pid, child].map((each) => ports.processes.find(each)));
    expect(await read()).toEqual(found.map((process) => process && recordOf(process)));
    expect(ledger.treeOf(pid)).toHaveLength(2);
    await ledger.stopped(pid);
    expect(await read()).toEqual([]);
  });

  it("remembers a descendant whose parent died, and forgets it when it is gone", async () => {
    const { ports, runtimeDirectory, start } = await setUp();
    const run = await createRunDirectory(ports, runtimeDirectory);
    const ledger = createProcessLedger(ports, run.path);
    const { pid, said: child } = await start("sleep 1000 & echo $!; wait");
    await ledger.started(pid);
    await ledger.sample();

    ports.processes.signal(pid, "SIGKILL");
    await until(async () => (await ports.processes.find(pid)) === undefined);
    await ledger.sample();
    expect(ledger.treeOf(pid).map((record) => record.pid)).toEqual([child]);

    ports.processes.signal(child, "SIGKILL");
    await until(async () => (await ports.processes.find(child)) === undefined);
    await ledger.sample();
    expect(ledger.treeOf(pid)).toEqual([]);
  });
});

describe("sweeping", () => {
  it("leaves the directories of living runs alone", async () => {
    const { ports, runtimeDirectory } = await setUp();
    const { path } = await createRunDirectory(ports, runtimeDirectory);

    expect(await sweepLeftovers(ports, runtimeDirectory)).toEqual({
      directories: [],
      processes: [],
    });
    expect(await ports.files.status(path)).toBeDefined();
  });

  it("ends what a dead run has left, and only that, and deletes its directory", async () => {
    const { ports, runtimeDirectory, start } = await setUp();
    const owner = await start("echo 0; sleep 1000");
    const asOwner = { ...ports, processes: { ...ports.processes, ownPid: owner.pid } };
    const run = await createRunDirectory(asOwner, runtimeDirectory);
    const ledger = createProcessLedger(ports, run.path);
    const left = await start("echo 0; exec sleep 1000");
    const innocent = await start("echo 0; exec sleep 1000");
    await ledger.started(left.pid);
    const records = [...ledger.treeOf(left.pid), { pid: innocent.pid, startedAt: "another time" }];
    await writeFile(join(run.path, "processes.json"), JSON.stringify(records));
    ports.processes.signal(-owner.pid, "SIGKILL");
    await until(async () => (await ports.processes.find(owner.pid)) === undefined);

    const swept = await sweepLeftovers(ports, runtimeDirectory);

    expect(swept.directories).toEqual([run.path]);
    expect(swept.processes.map(({ pid }) => pid)).toEqual([left.pid]);
    expect(await ports.processes.find(left.pid)).toBeUndefined();
    expect(await ports.processes.find(innocent.pid)).toBeDefined();
    expect(await ports.files.status(run.path)).toBeUndefined();
  });

  it.each(["", "garbage", "{}", '[{"pid":-1,"startedAt":"x"},{"pid":1,"startedAt":"x"},7,null]'])(
    "survives a damaged record (%j) and signals nobody",
    async (text) => {
      const { ports, runtimeDirectory } = await setUp();
      const path = join(runtimeDirectory, `run-${2 ** 22 + 1}-0123abcd-abc`);
      await mkdir(path);
      await writeFile(join(path, "processes.json"), text);

      expect(await sweepLeftovers(ports, runtimeDirectory)).toEqual({
        directories: [path],
        processes: [],
      });
      expect(await ports.files.status(path)).toBeUndefined();
    },
  );

  it("finishes what a killed program could not", async () => {
    const { ports, runtimeDirectory } = await setUp();
    const src = join(import.meta.dirname, "..", "..", "src");
    const script = `
      import { createPorts } from ${JSON.stringify(join(src, "platform/real-ports.ts"))};
      import { createProcessLedger } from ${JSON.stringify(join(src, "project/leftovers.ts"))};
      import { createRunDirectory } from ${JSON.stringify(join(src, "project/run-directory.ts"))};
      const ports = createPorts();
      const run = await createRunDirectory(ports, ${JSON.stringify(runtimeDirectory)});
      const ledger = createProcessLedger(ports, run.path);
      const job = "setsid sleep 1000 & sleep 1000 & echo up; wait";
      const pane = { file: "/bin/sh", args: ["-c", job], cwd: "/", cols: 80, rows: 24 };
      const pty = ports.spawnPty({ ...pane, env: ports.env });
      const bothSleep = (tree) => tree.filter(({ command }) => command === "sleep 1000").length === 2;
      while (!bothSleep(await ports.processes.tree(pty.pid))) await ports.clock.wait(10);
      await ledger.started(pty.pid);
      await ledger.sample();
      console.log(JSON.stringify(ledger.treeOf(pty.pid)));`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script]);
    const [said] = await once(child.stdout, "data");
    const records: readonly ProcessRecord[] = JSON.parse(String(said));
    onTestFinished(() => void records.map(({ pid }) => ports.processes.signal(pid, "SIGKILL")));
    const living = async () => {
      const found = await Promise.all(records.map(({ pid }) => ports.processes.find(pid)));
      return found.filter((process) => process !== undefined);
    };
    expect(await living()).toHaveLength(3);

    child.kill("SIGKILL");
    await once(child, "exit");
    // The closed terminal ends the pane; who left its session does not notice.
    await until(async () => (await living()).length === 1);
    const swept = await sweepLeftovers(ports, runtimeDirectory);

    expect(swept.processes).toHaveLength(1);
    expect(await living()).toEqual([]);
    const left = await readdir(runtimeDirectory);
    expect(left.filter((name) => name.startsWith("run-"))).toEqual([]);
  });

  it("does not touch what is no run directory", async () => {
    const { ports, runtimeDirectory } = await setUp();
    await mkdir(join(runtimeDirectory, "run-me"));
    await writeFile(join(runtimeDirectory, "lock-x"), "");

    await sweepLeftovers(ports, runtimeDirectory);

    expect((await readdir(runtimeDirectory)).sort()).toEqual(["lock-x", "run-me"]);
  });
});
