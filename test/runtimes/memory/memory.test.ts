import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { MemoryState } from "../../../src/core/runtime.ts";
import type {
  Command,
  CommandResult,
  FollowedCommand,
  Ports,
} from "../../../src/platform/ports.ts";
import { measureMemory, watchMemory } from "../../../src/runtimes/memory/memory.ts";
import { isolatedPorts } from "../../fakes/isolated-ports.ts";
import { createManualClock } from "../../fakes/manual-clock.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";
import { temporaryDirectory } from "../../fakes/temporary-directory.ts";
import { until } from "../../fakes/until.ts";

const GiB = 1024 ** 3;
const meminfo = (freeGiB: number) =>
  `MemTotal: ${64 * 1024 ** 2} kB\nMemAvailable: ${freeGiB * 1024 ** 2} kB\n`;

type Machine = {
  readonly os?: "linux" | "darwin" | "other";
  /** What each program prints; the others are not there. */
  readonly programs?: Readonly<Record<string, (command: Command) => string>>;
  readonly files?: Record<string, string>;
};

function machine({ os = "linux", programs = {}, files = {} }: Machine) {
  const clock = createManualClock();
  const followed: (FollowedCommand & { cancelled: boolean })[] = [];
  const ran: string[] = [];
  const ports: Pick<Ports, "clock" | "files" | "run" | "follow" | "host" | "env"> = {
    clock,
    env: {},
    files: memoryFiles(files),
    host: { os, arch: "arm64", home: "/home", uid: 1, installation: "/" },
    run: (command) => {
      ran.push([command.file, ...command.args].join(" "));
      return Promise.resolve(result(programs[command.file]?.(command)));
    },
    follow: (command) => {
      const child = { ...command, cancelled: false };
      followed.push(child);
      return () => {
        child.cancelled = true;
      };
    },
  };
  return { clock, ports, followed, ran, files };
}

function result(stdout: string | undefined): CommandResult {
  const nothing = { exit: {}, stdout: "", stderr: "", fd3: "", tookMs: 1 };
  if (stdout === undefined) return { ...nothing, end: "not-found" };
  return { ...nothing, end: "exited", exit: { code: 0 }, stdout };
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve();
}

function watch(ports: ReturnType<typeof machine>["ports"], budget = {}) {
  const told: MemoryState[] = [];
  const watched = watchMemory(ports, { ...budget, onMeasured: (memory) => told.push(memory) });
  return { ...watched, told };
}

describe("memory that is measured once", () => {
  it("is the RAM on a machine without a GPU", async () => {
    const { ports } = machine({ files: { "/proc/meminfo": meminfo(40) } });

    expect(await measureMemory(ports)).toEqual({
      kind: "ram",
      devices: [],
      usedBytes: 24 * GiB,
      totalBytes: 64 * GiB,
      budgetBytes: 64 * GiB,
      budgetFrom: "all of it",
      ramBytes: 64 * GiB,
      ramFreeBytes: 40 * GiB,
      history: [],
    });
  });

  it("is that of all NVIDIA GPUs together", async () => {
    const { ports } = machine({
      files: { "/proc/meminfo": meminfo(40) },
      programs: { "nvidia-smi": () => "0, A, 24576, 1024, 5\n1, B, 24576, 2048, 0\n" },
    });

    expect(await measureMemory(ports)).toMatchObject({
      kind: "gpu",
      usedBytes: 3 * GiB,
      totalBytes: 48 * GiB,
      budgetBytes: 48 * GiB,
      ramFreeBytes: 40 * GiB,
    });
  });

  it("is the RAM where an NVIDIA GPU has none of its own", async () => {
    const { ports } = machine({
      files: { "/proc/meminfo": meminfo(40) },
      programs: { "nvidia-smi": () => "0, NVIDIA GB10, [N/A], [N/A], 5\n" },
    });

    expect(await measureMemory(ports)).toMatchObject({
      kind: "unified",
      devices: [{ name: "NVIDIA GB10" }],
      usedBytes: 24 * GiB,
      totalBytes: 64 * GiB,
    });
  });

  it("is on a Mac what Metal lets models take", async () => {
    const { ports } = machine({
      os: "darwin",
      programs: {
        sysctl: ({ args }) => (args[1] === "hw.memsize" ? `${64 * GiB}\n` : "0\n"),
        osascript: () => `${48 * GiB}\n`,
        vm_stat: () => "(page size of 16384 bytes)\nPages active: 1048576.\n",
        ioreg: () => `"In use system memory"=${10 * GiB}`,
      },
    });

    expect(await measureMemory(ports)).toMatchObject({
      kind: "unified",
      usedBytes: 10 * GiB,
      totalBytes: 64 * GiB,
      budgetBytes: 48 * GiB,
      budgetFrom: "the Metal limit",
      ramFreeBytes: 48 * GiB,
    });
    // The variable of a profile for larger machines promises nothing that Metal does not give.
    expect(await measureMemory(ports, { budgetBytes: 60 * GiB })).toMatchObject({
      budgetBytes: 48 * GiB,
      budgetFrom: "the Metal limit",
    });
  });

  it("is on a Mac what its user lets models take", async () => {
    const { ports } = machine({
      os: "darwin",
      programs: {
        sysctl: ({ args }) => (args[1] === "hw.memsize" ? `${64 * GiB}\n` : "57344\n"),
        vm_stat: () => "",
        ioreg: () => "",
      },
    });

    expect(await measureMemory(ports)).toMatchObject({
      budgetBytes: 56 * GiB,
      budgetFrom: "iogpu.wired_limit_mb",
    });
  });

  it("is unknown on a system that nobody can read", async () => {
    expect(await measureMemory(machine({ os: "other" }).ports)).toBeUndefined();
    expect(await measureMemory(machine({}).ports)).toBeUndefined();
  });

  it.each([
    [20, 20, "MLX_VRAM_LIMIT"],
    [100, 64, "all of it"],
  ])(
    "gives models the %i GiB that someone says, but not more than there is",
    async (wanted, got, from) => {
      const { ports } = machine({ files: { "/proc/meminfo": meminfo(40) } });

      const memory = await measureMemory(ports, {
        budgetBytes: wanted * GiB,
        budgetFrom: "MLX_VRAM_LIMIT",
      });

      expect(memory).toMatchObject({ budgetBytes: got * GiB, budgetFrom: from });
    },
  );
});

describe("memory that is watched", () => {
  it("is read once while nobody looks, and every 5 s while somebody does", async () => {
    const { clock, ports, files } = machine({ files: { "/proc/meminfo": meminfo(40) } });
    const { told, attend, stop } = watch(ports);
    const pass = async (ms: number) => {
      clock.advance(ms);
      await settle();
    };

    await pass(0);
    await pass(60_000);
    expect(told).toHaveLength(1);
    expect(clock.waiting).toBe(0);

    files["/proc/meminfo"] = meminfo(30);
    attend("shown");
    await pass(0);
    expect(told.at(-1)?.usedBytes).toBe(34 * GiB);
    files["/proc/meminfo"] = meminfo(20);
    await pass(4900);
    expect(told).toHaveLength(2);
    await pass(100);
    expect(told.at(-1)?.usedBytes).toBe(44 * GiB);

    attend("hidden");
    expect(clock.waiting).toBe(0);
    attend("focused");
    stop();
    await pass(60_000);
    expect(told).toHaveLength(3);
    expect(clock.waiting).toBe(0);
  });

  it("says nothing while nothing changes, and then all that its history holds", async () => {
    const { clock, ports, files } = machine({ files: { "/proc/meminfo": meminfo(40) } });
    const { told, attend, stop } = watch(ports);
    attend("shown");
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 5) {
        clock.advance(5000);
        await settle();
      }
    };

    await pass(400);
    expect(told).toHaveLength(1);

    files["/proc/meminfo"] = meminfo(30);
    await pass(10);
    expect(told.at(-1)?.history).toEqual([...Array.from({ length: 29 }, () => 0.38), 0.53]);
    stop();
  });

  it("takes a history that wavers by a hundredth for level", async () => {
    const { clock, ports, files } = machine({ files: { "/proc/meminfo": meminfo(40) } });
    const { told, attend, stop } = watch(ports);
    attend("focused");

    for (let turn = 0; turn < 20; turn++) {
      files["/proc/meminfo"] = meminfo(turn % 2 === 0 ? 40.6 : 40);
      clock.advance(5000);
      await settle();
    }

    expect(new Set(told.at(-1)?.history)).toEqual(new Set([0.38]));
    stop();
  });

  it("tells who rests of small changes every 10 s, and of a large one at once", async () => {
    const { clock, ports, files } = machine({ files: { "/proc/meminfo": meminfo(40) } });
    const { told, attend, stop } = watch(ports);
    const after5s = async (freeGiB: number) => {
      files["/proc/meminfo"] = meminfo(freeGiB);
      clock.advance(5000);
      await settle();
      return told.length;
    };
    clock.advance(0);
    await settle();
    attend("shown");

    expect(await after5s(39)).toBe(1);
    expect(await after5s(39)).toBe(2);
    expect(await after5s(39.5)).toBe(2);
    expect(await after5s(39.5)).toBe(2);
    expect(await after5s(36)).toBe(3);
    attend("focused");
    expect(await after5s(35.5)).toBe(4);
    stop();
  });

  it("keeps one nvidia-smi while somebody looks, and ends it when nobody does", async () => {
    const { clock, ports, followed, ran } = machine({
      files: { "/proc/meminfo": meminfo(40) },
      programs: { "nvidia-smi": () => "0, A, 24576, 1024, 5\n" },
    });
    const { told, attend, stop } = watch(ports);
    const pass = async (ms: number) => {
      clock.advance(ms);
      await settle();
    };
    await pass(0);
    expect(told.at(-1)?.usedBytes).toBe(GiB);

    attend("shown");
    await pass(5000);
    followed[0]?.onLine("0, A, 24576, 12288, 90");
    await pass(5000);
    expect(told.at(-1)?.usedBytes).toBe(12 * GiB);
    await pass(60_000);
    expect(followed).toHaveLength(1);
    expect(followed[0]?.args).toContain("--loop=5");

    attend("hidden");
    expect(followed[0]?.cancelled).toBe(true);
    attend("shown");
    await pass(5000);
    stop();
    expect(followed.map(({ cancelled }) => cancelled)).toEqual([true, true]);
    expect(ran).toHaveLength(1);
  });

  it("starts nvidia-smi again a minute after it ended by itself, not at once", async () => {
    const { clock, ports, followed } = machine({
      files: { "/proc/meminfo": meminfo(40) },
      programs: { "nvidia-smi": () => "0, A, 24576, 1024, 5\n" },
    });
    const { told, attend, stop } = watch(ports);
    attend("shown");
    const pass = async (ms: number) => {
      for (let passed = 0; passed < ms; passed += 5000) {
        clock.advance(5000);
        await settle();
      }
    };
    await pass(10_000);

    followed[0]?.onEnd("exited");
    await pass(50_000);
    expect(followed).toHaveLength(1);
    await pass(15_000);

    expect(followed).toHaveLength(2);
    expect(told.every(({ kind }) => kind === "gpu")).toBe(true);
    stop();
  });

  it("reads a program that stays, and leaves no process of it", async () => {
    const directory = await temporaryDirectory();
    const program = join(directory, "nvidia-smi");
    const loop = `echo $$ > ${directory}/pid; echo "0, A, 24576, 12288, 90"; sleep 1000`;
    const script = `case "$*" in *--loop*) ${loop};; *) echo "0, A, 24576, 1024, 5";; esac`;
    await writeFile(program, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const real = isolatedPorts(directory);
    const { clock, ports } = machine({ files: { "/proc/meminfo": meminfo(40) } });
    const env = { PATH: `${directory}:${real.env["PATH"] ?? ""}` };
    const { told, attend, stop } = watch({ ...ports, run: real.run, follow: real.follow, env });
    const seen = (usedBytes: number) =>
      until(
        () => {
          clock.advance(1000);
          return told.at(-1)?.usedBytes === usedBytes;
        },
        { seen: () => told.at(-1) },
      );
    await seen(GiB);

    attend("shown");
    await seen(12 * GiB);
    stop();

    const pid = Number(await readFile(join(directory, "pid"), "utf8"));
    expect(pid).toBeGreaterThan(1);
    await until(async () => (await real.processes.find(pid)) === undefined);
  });

  it("asks a Mac for its limit only once", async () => {
    const { clock, ports, ran } = machine({
      os: "darwin",
      programs: {
        sysctl: ({ args }) => (args[1] === "hw.memsize" ? `${64 * GiB}\n` : "0\n"),
        osascript: () => `${48 * GiB}\n`,
        vm_stat: () => "",
        ioreg: () => `"In use system memory"=${10 * GiB}`,
      },
    });
    const { attend, stop } = watch(ports);
    attend("shown");

    for (let sample = 0; sample < 5; sample++) {
      clock.advance(5000);
      await settle();
    }

    expect(ran.filter((line) => line.startsWith("osascript"))).toHaveLength(1);
    expect(ran.filter((line) => line.startsWith("ioreg")).length).toBeGreaterThan(3);
    stop();
  });
});
