import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import {
  acquireLock,
  type LockResult,
  removeStaleLock,
  staleLocks,
} from "../../src/project/lock.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const root = "/home/me/project";

async function setUp() {
  const runtimeDirectory = await temporaryDirectory();
  const ports = isolatedPorts(runtimeDirectory);
  const acquire = (tty?: string) =>
    acquireLock(ports, { runtimeDirectory, root, ...(tty ? { tty } : {}) });
  return { ports, runtimeDirectory, acquire };
}

async function release(result: LockResult): Promise<void> {
  if (result.type === "acquired") await result.release();
}

async function lockFile(runtimeDirectory: string): Promise<string> {
  const [name] = await readdir(runtimeDirectory);
  return join(runtimeDirectory, name ?? "");
}

describe("the lock of a project", () => {
  it("is acquired, and free again after its release", async () => {
    const { runtimeDirectory, acquire } = await setUp();

    const first = await acquire();
    await release(first);

    expect(first.type).toBe("acquired");
    expect(await readdir(runtimeDirectory)).toEqual([]);
    expect((await acquire()).type).toBe("acquired");
  });

  it("names who holds it and where", async () => {
    const { acquire } = await setUp();
    await acquire("/dev/pts/7");

    const second = await acquire();

    expect(second).toMatchObject({
      type: "held",
      holder: { pid: process.pid, tty: "/dev/pts/7" },
      problem: {
        code: "run/already-running",
        message: expect.stringMatching(
          new RegExp(`process ${process.pid} in terminal /dev/pts/7, since \\d\\d:\\d\\d$`),
        ),
      },
    });
  });

  it("is one a project", async () => {
    const { ports, runtimeDirectory, acquire } = await setUp();
    await acquire();

    const other = await acquireLock(ports, { runtimeDirectory, root: "/home/me/other" });

    expect(other.type).toBe("acquired");
  });

  it.each([
    ["a dead process", () => JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "x", since: 1 })],
    [
      "another process with the same pid",
      () => JSON.stringify({ pid: process.pid, startedAt: "x" }),
    ],
    ["nobody that can be read", () => "garbage\0"],
    ["nobody", () => ""],
  ])("is taken over from %s", async (_holder, text) => {
    const { runtimeDirectory, acquire } = await setUp();
    await release(await acquire());
    await acquire();
    const path = await lockFile(runtimeDirectory);
    await writeFile(path, text());

    const result = await acquire();

    expect(result.type).toBe("acquired");
    expect(await readdir(runtimeDirectory)).toHaveLength(1);
    await release(result);
    expect(await readdir(runtimeDirectory)).toEqual([]);
  });

  it("is not released by one who does not hold it any more", async () => {
    const { runtimeDirectory, acquire } = await setUp();
    const first = await acquire();
    const path = await lockFile(runtimeDirectory);
    const other = JSON.stringify({ pid: 1234, startedAt: "other", since: 0 });
    await writeFile(path, other);

    await release(first);

    expect(await readdir(runtimeDirectory)).toHaveLength(1);
  });

  it("goes to exactly one of many who take it over at once, in processes of their own", async () => {
    const { runtimeDirectory, acquire } = await setUp();
    await acquire();
    await writeFile(
      await lockFile(runtimeDirectory),
      JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "x", since: 1 }),
    );
    const src = join(import.meta.dirname, "..", "..", "src");
    const script = `
      import { createPorts } from ${JSON.stringify(join(src, "platform/real-ports.ts"))};
      import { acquireLock } from ${JSON.stringify(join(src, "project/lock.ts"))};
      const request = ${JSON.stringify({ runtimeDirectory, root })};
      console.log((await acquireLock(createPorts(), request)).type);
      // The holder lives until all have asked.
      setInterval(() => {}, 1000);`;
    const starts = Array.from({ length: 4 }, () => {
      const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", script]);
      onTestFinished(() => void child.kill("SIGKILL"));
      return once(child.stdout, "data").then(([bytes]) => String(bytes).trim());
    });

    const results = await Promise.all(starts);

    expect(results.sort()).toEqual(["acquired", "held", "held", "held"]);
  });

  it("is taken over also from one who died while taking it over", async () => {
    const { ports, runtimeDirectory, acquire } = await setUp();
    await acquire();
    const path = await lockFile(runtimeDirectory);
    const dead = JSON.stringify({ pid: 2 ** 22 + 1, startedAt: "x", since: 1 });
    await writeFile(path, dead);
    const files = {
      ...ports.files,
      writeAtomically: () => Promise.reject(new Error("killed here")),
      remove: () => Promise.resolve(),
    };
    await acquireLock({ ...ports, files }, { runtimeDirectory, root }).catch(() => {});
    const right = (await readdir(runtimeDirectory)).find(
      (name) => join(runtimeDirectory, name) !== path,
    );
    await writeFile(join(runtimeDirectory, right ?? ""), dead);

    expect((await acquire()).type).toBe("acquired");
    expect(await readdir(runtimeDirectory)).toHaveLength(1);
  });
});

describe("stale locks", () => {
  it("are those of dead holders, and go without a trace", async () => {
    const { ports, runtimeDirectory, acquire } = await setUp();
    await acquire();
    const held = await lockFile(runtimeDirectory);
    const stale = join(runtimeDirectory, "lock-0123456789abcdef-other");
    await writeFile(stale, JSON.stringify({ pid: 4194300, startedAt: "gone", since: 1 }));

    expect(await staleLocks(ports, runtimeDirectory)).toEqual([stale]);
    await removeStaleLock(ports, stale);
    await removeStaleLock(ports, held);

    expect(await readdir(runtimeDirectory)).toEqual([held.slice(runtimeDirectory.length + 1)]);
  });

  it("that somebody has taken over meanwhile stay", async () => {
    const { ports, runtimeDirectory, acquire } = await setUp();
    await acquire();
    const path = await lockFile(runtimeDirectory);
    await writeFile(path, "{}");
    const [found = ""] = await staleLocks(ports, runtimeDirectory);
    await acquire();

    await removeStaleLock(ports, found);

    expect((await acquire()).type).toBe("held");
  });
});
