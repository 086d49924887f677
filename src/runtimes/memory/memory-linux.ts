/** Reading the memory of Linux: RAM with a container's limit, and what AMD's driver tells. */
import type { MemoryDevice } from "../../core/runtime.ts";
import type { Files } from "../../platform/ports.ts";

export type Ram = { readonly totalBytes: number; readonly freeBytes: number };

type Reads = Pick<Files, "readText" | "list">;

/** RAM as it may be used here; undefined where the kernel does not tell. */
export async function linuxRam({ readText }: Pick<Files, "readText">): Promise<Ram | undefined> {
  const ram = parseMeminfo((await readText("/proc/meminfo")) ?? "");
  if (!ram) return undefined;
  // In a container the root of the cgroups is its own and has a limit (cgroup v2, then v1).
  const [limit, used, stat] = await Promise.all([
    readFirst(readText, ["/sys/fs/cgroup/memory.max", `${v1}/memory.limit_in_bytes`]),
    readFirst(readText, ["/sys/fs/cgroup/memory.current", `${v1}/memory.usage_in_bytes`]),
    readFirst(readText, ["/sys/fs/cgroup/memory.stat", `${v1}/memory.stat`]),
  ]);
  return limitRam(ram, { limit, used, stat });
}

const v1 = "/sys/fs/cgroup/memory";

async function readFirst(readText: Files["readText"], paths: readonly string[]): Promise<string> {
  for (const path of paths) {
    const text = await readText(path).catch(() => undefined);
    if (text !== undefined) return text;
  }
  return "";
}

/** Total and available memory of /proc/meminfo. */
export function parseMeminfo(text: string): Ram | undefined {
  const field = (name: string) => {
    const [, kib] = new RegExp(`^${name}:\\s*(\\d+) kB`, "m").exec(text) ?? [];
    return kib === undefined ? undefined : Number(kib) * 1024;
  };
  const totalBytes = field("MemTotal");
  const freeBytes = field("MemAvailable") ?? field("MemFree");
  return totalBytes === undefined || freeBytes === undefined
    ? undefined
    : { totalBytes, freeBytes };
}

/** What a cgroup's limit leaves of the RAM. Its cached files can go, so they do not count as used. */
export function limitRam(
  ram: Ram,
  cgroup: { readonly limit: string; readonly used: string; readonly stat: string },
): Ram {
  const limit = parseCount(cgroup.limit);
  // Without a limit v2 says "max" and v1 a number near 2^63.
  if (limit === undefined || limit <= 0 || limit >= ram.totalBytes) return ram;
  const [, inactive] = /^(?:total_)?inactive_file (\d+)$/m.exec(cgroup.stat) ?? [];
  const used = (parseCount(cgroup.used) ?? 0) - Number(inactive ?? 0);
  const freeBytes = Math.max(Math.min(ram.freeBytes, limit - used), 0);
  return { totalBytes: limit, freeBytes };
}

export type Gpus = { readonly devices: readonly MemoryDevice[]; readonly unified: boolean };

const cards = "/sys/class/drm";
/** A processor with graphics sets this little of the RAM apart for them, in bytes; inferred. */
const carveOutBytes = 4 * 1024 ** 3;

/** AMD's GPUs by plain reads (amdgpu, sysfs); undefined without one. */
export async function amdGpus({ list, readText }: Reads): Promise<Gpus | undefined> {
  const names = (await list(cards)).filter((name) => /^card\d+$/.test(name)).toSorted();
  const found = await Promise.all(names.map((name) => amdGpu(readText, `${cards}/${name}/device`)));
  const gpus = found.filter((gpu) => gpu !== undefined);
  // A processor's graphics beside a card hold no models.
  const own = gpus.filter((gpu) => !gpu.unified);
  const chosen = own.length > 0 ? own : gpus;
  if (chosen.length === 0) return undefined;
  return { devices: chosen.map(({ device }) => device), unified: own.length === 0 };
}

async function amdGpu(readText: Files["readText"], directory: string) {
  const read = async (file: string) =>
    (await readText(`${directory}/${file}`).catch(() => undefined))?.trim();
  const count = async (file: string) => parseCount((await read(file)) ?? "");
  const total = await count("mem_info_vram_total");
  if (!total) return undefined;
  const [used, busy, gttTotal, gttUsed, name] = await Promise.all([
    count("mem_info_vram_used"),
    count("gpu_busy_percent"),
    count("mem_info_gtt_total"),
    count("mem_info_gtt_used"),
    read("product_name"),
  ]);
  const unified = total <= carveOutBytes && (gttTotal ?? 0) > total;
  const device: MemoryDevice = {
    name: name || "AMD GPU",
    usedBytes: (used ?? 0) + (unified ? (gttUsed ?? 0) : 0),
    totalBytes: total + (unified ? (gttTotal ?? 0) : 0),
    ...(busy === undefined ? {} : { busyPercent: busy }),
  };
  return { device, unified };
}

function parseCount(text: string): number | undefined {
  return /^\d+\s*$/.test(text) ? Number(text) : undefined;
}
