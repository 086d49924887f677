import { describe, expect, it } from "vitest";
import {
  amdGpus,
  limitRam,
  linuxRam,
  parseMeminfo,
} from "../../../src/runtimes/memory/memory-linux.ts";
import { memoryFiles } from "../../fakes/memory-files.ts";

const GiB = 1024 ** 3;

/** Recorded on Linux 6.8, cut. */
const meminfo = `MemTotal:       65536000 kB
MemFree:         1234567 kB
MemAvailable:   48000000 kB
Buffers:          345678 kB
`;

describe("RAM on Linux", () => {
  it("is what the kernel says is available", () => {
    expect(parseMeminfo(meminfo)).toEqual({
      totalBytes: 65_536_000 * 1024,
      freeBytes: 48_000_000 * 1024,
    });
  });

  it("is what is free on kernels that do not tell what is available", () => {
    expect(parseMeminfo("MemTotal: 1000 kB\nMemFree: 10 kB\n")?.freeBytes).toBe(10 * 1024);
  });

  it.each(["", "MemTotal: lots", "\u0000"])("is unknown from %j", (text) => {
    expect(parseMeminfo(text)).toBeUndefined();
  });

  const ram = { totalBytes: 64 * GiB, freeBytes: 40 * GiB };
  it.each([
    ["no limit of cgroup v2", { limit: "max\n", used: "1", stat: "" }, 64, 40],
    ["no limit of cgroup v1", { limit: "9223372036854771712\n", used: "1", stat: "" }, 64, 40],
    ["no cgroup", { limit: "", used: "", stat: "" }, 64, 40],
    [
      "a limit, its cached files not counted",
      { limit: `${8 * GiB}\n`, used: `${6 * GiB}\n`, stat: `anon 1\ninactive_file ${GiB}\nx 2` },
      8,
      3,
    ],
    ["a limit above what is free", { limit: `${60 * GiB}`, used: "0", stat: "" }, 60, 40],
    ["a limit that is used up", { limit: `${GiB}`, used: `${2 * GiB}`, stat: "" }, 1, 0],
  ])("with %s", (_, cgroup, totalGiB, freeGiB) => {
    expect(limitRam(ram, cgroup)).toEqual({
      totalBytes: totalGiB * GiB,
      freeBytes: freeGiB * GiB,
    });
  });

  it("heeds the limit of the container it is in", async () => {
    const files = memoryFiles({
      "/proc/meminfo": meminfo,
      "/sys/fs/cgroup/memory.max": `${4 * GiB}\n`,
      "/sys/fs/cgroup/memory.current": `${GiB}\n`,
    });

    expect(await linuxRam(files)).toEqual({ totalBytes: 4 * GiB, freeBytes: 3 * GiB });
  });
});

/** The files of amdgpu; their shape is from its documentation, the values are made up. */
function card(name: string, values: Readonly<Record<string, number | string>>) {
  const entries = Object.entries(values);
  const path = (file: string) => `/sys/class/drm/${name}/device/${file}`;
  return Object.fromEntries(entries.map(([file, value]) => [path(file), `${value}\n`]));
}

describe("GPUs of AMD", () => {
  it("are read from sysfs, connectors and other makers left out", async () => {
    const files = memoryFiles({
      ...card("card0", {
        mem_info_vram_total: 24 * GiB,
        mem_info_vram_used: 5 * GiB,
        gpu_busy_percent: 37,
        mem_info_gtt_total: 32 * GiB,
      }),
      "/sys/class/drm/card0-DP-1/status": "connected\n",
      "/sys/class/drm/card1/device/vendor": "0x8086\n",
      "/sys/class/drm/renderD128/device/mem_info_vram_total": "1\n",
    });

    expect(await amdGpus(files)).toEqual({
      unified: false,
      devices: [{ name: "AMD GPU", usedBytes: 5 * GiB, totalBytes: 24 * GiB, busyPercent: 37 }],
    });
  });

  it("share the RAM in a processor with graphics", async () => {
    const files = memoryFiles(
      card("card1", {
        mem_info_vram_total: GiB / 2,
        mem_info_vram_used: GiB / 4,
        mem_info_gtt_total: 30 * GiB,
        mem_info_gtt_used: 2 * GiB,
        product_name: "Radeon 890M",
      }),
    );

    expect(await amdGpus(files)).toEqual({
      unified: true,
      devices: [{ name: "Radeon 890M", usedBytes: 2.25 * GiB, totalBytes: 30.5 * GiB }],
    });
  });

  it("count without the processor's graphics beside a card", async () => {
    const files = memoryFiles({
      ...card("card0", { mem_info_vram_total: GiB / 2, mem_info_gtt_total: 30 * GiB }),
      ...card("card1", { mem_info_vram_total: 16 * GiB, mem_info_vram_used: 0 }),
    });

    const found = await amdGpus(files);

    expect(found?.unified).toBe(false);
    expect(found?.devices.map(({ totalBytes }) => totalBytes)).toEqual([16 * GiB]);
  });

  it("are none on a machine without them", async () => {
    expect(await amdGpus(memoryFiles({}))).toBeUndefined();
  });
});
