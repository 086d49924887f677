/**
 * Reading the memory of a Mac, whose GPU shares the RAM up to a limit of its own. All of it without
 * root; written from Apple's manuals and recordings of others, not measured here.
 */
import type { MemoryDevice } from "../../core/runtime.ts";
import type { Ports } from "../../platform/ports.ts";
import type { Ram } from "./memory-linux.ts";

type AppleMachine = Pick<Ports, "run" | "env">;

export type Limit = { readonly bytes: number; readonly from: string };

/** Metal's own answer, by the scripting that every Mac has. */
const metalScript = `ObjC.import('Metal');
if (typeof $.MTLCreateSystemDefaultDevice !== "function")
  ObjC.bindFunction("MTLCreateSystemDefaultDevice", ["id", []]);
String($.MTLCreateSystemDefaultDevice().recommendedMaxWorkingSetSize)`;

/** What models may take: the user's limit, else Metal's, else what was seen on other Macs. */
export async function metalLimit(machine: AppleMachine, totalBytes: number): Promise<Limit> {
  const wired = parseNumber(await say(machine, "sysctl", ["-n", "iogpu.wired_limit_mb"]));
  // 0 leaves it to the system.
  if (wired) return { bytes: wired * 1024 ** 2, from: "iogpu.wired_limit_mb" };
  const script = ["-l", "JavaScript", "-e", metalScript];
  const metal = parseNumber(await say(machine, "osascript", script));
  if (metal) return { bytes: metal, from: "the Metal limit" };
  return assumedLimit(totalBytes);
}

/** Small Macs were seen to give 66 %, those above 36 GB 75 % and more. */
export function assumedLimit(totalBytes: number): Limit {
  const percent = totalBytes <= 36 * 1024 ** 3 ? 66 : 75;
  return { bytes: Math.floor((totalBytes * percent) / 100), from: `assumed: ${percent} % of it` };
}

/** RAM and what of it is free. */
export async function appleRam(machine: AppleMachine): Promise<Ram | undefined> {
  const totalBytes = parseNumber(await say(machine, "sysctl", ["-n", "hw.memsize"]));
  if (!totalBytes) return undefined;
  const used = parseVmStat(await say(machine, "vm_stat", []));
  return { totalBytes, freeBytes: Math.max(totalBytes - (used ?? totalBytes), 0) };
}

/** What the GPU uses of it, by the driver's registry. */
export async function appleGpu(
  machine: AppleMachine,
  totalBytes: number,
): Promise<MemoryDevice | undefined> {
  const registry = await say(machine, "ioreg", ["-r", "-c", "IOGPU", "-d", "1", "-f"]);
  return parseIoreg(registry, totalBytes);
}

/** "In use system memory" and "Device Utilization %" among the driver's statistics. */
export function parseIoreg(text: string, totalBytes: number): MemoryDevice | undefined {
  const [, used] = /"In use system memory"\s*=\s*(\d+)/.exec(text) ?? [];
  const [, busy] = /"Device Utilization %"\s*=\s*(\d+)/.exec(text) ?? [];
  if (used === undefined) return undefined;
  return {
    name: "Apple GPU",
    usedBytes: Number(used),
    totalBytes,
    ...(busy === undefined ? {} : { busyPercent: Number(busy) }),
  };
}

/**
 * Used bytes as Ollama counts them: active, inactive, speculative, wired and compressed pages, less
 * those that can be dropped (purgeable, and files).
 */
export function parseVmStat(text: string): number | undefined {
  const [, size] = /page size of (\d+) bytes/.exec(text) ?? [];
  if (size === undefined) return undefined;
  const pages = (name: string) => {
    const [, count] = new RegExp(`^"?${name}"?:\\s*(\\d+)`, "m").exec(text) ?? [];
    return Number(count ?? 0);
  };
  const taken = [
    "Pages active",
    "Pages inactive",
    "Pages speculative",
    "Pages wired down",
    "Pages occupied by compressor",
  ];
  const given = ["Pages purgeable", "File-backed pages"];
  const sum = (names: readonly string[]) => names.reduce((all, name) => all + pages(name), 0);
  return Math.max(sum(taken) - sum(given), 0) * Number(size);
}

async function say({ run, env }: AppleMachine, file: string, args: readonly string[]) {
  const { end, exit, stdout } = await run({ file, args, env, timeoutMs: 5000 });
  return end === "exited" && exit.code === 0 ? stdout : "";
}

function parseNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
