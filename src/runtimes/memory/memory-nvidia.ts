/**
 * NVIDIA's memory by `nvidia-smi`. Starting it can take half a second, so one stays and prints a line
 * a GPU every few seconds.
 */
import type { MemoryDevice } from "../../core/runtime.ts";
import { printable } from "../../core/text.ts";
import type { Cancel, Ports } from "../../platform/ports.ts";

const query = [
  "--query-gpu=index,name,memory.total,memory.used,utilization.gpu",
  "--format=csv,noheader,nounits",
];

export type NvidiaGpu = {
  readonly index: number;
  readonly name: string;
  /** Undefined: it has no memory of its own (an integrated GPU says "[N/A]"). */
  readonly device?: MemoryDevice;
};

/** One line of the answer; undefined when it is none. Sizes are MiB. */
export function parseNvidiaLine(line: string): NvidiaGpu | undefined {
  // A name may hold commas, the other fields cannot.
  const [, index, name = "", total = "", used = "", busy = ""] =
    /^\s*(\d+),\s*(.*),\s*([^,]+),\s*([^,]+),\s*([^,]+)$/.exec(line) ?? [];
  if (index === undefined) return undefined;
  const totalMiB = parseField(total);
  const usedMiB = parseField(used);
  const known = { index: Number(index), name: printable(name) };
  if (totalMiB === undefined || usedMiB === undefined) return known;
  const busyPercent = parseField(busy);
  const device: MemoryDevice = {
    name: known.name,
    usedBytes: usedMiB * 1024 ** 2,
    totalBytes: totalMiB * 1024 ** 2,
    ...(busyPercent === undefined ? {} : { busyPercent }),
  };
  return { ...known, device };
}

function parseField(text: string): number | undefined {
  return /^\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

/** All GPUs once; undefined without the program or a GPU. */
export async function nvidiaGpus({
  run,
  env,
}: Pick<Ports, "run" | "env">): Promise<readonly NvidiaGpu[] | undefined> {
  const { stdout } = await run({ file: "nvidia-smi", args: query, env, timeoutMs: 5000 });
  const gpus = stdout.split("\n").map(parseNvidiaLine);
  const found = gpus.filter((gpu) => gpu !== undefined);
  return found.length > 0 ? found : undefined;
}

export type NvidiaFollower = {
  /** As it was said last, by index. */
  readonly gpus: () => readonly NvidiaGpu[];
  readonly stop: Cancel;
};

/** Keeps `nvidia-smi` running. `onEnd`: it is not there or has ended by itself. */
export function followNvidia(
  { follow, env }: Pick<Ports, "follow" | "env">,
  { everySeconds, onEnd }: { readonly everySeconds: number; readonly onEnd: () => void },
): NvidiaFollower {
  const byIndex = new Map<number, NvidiaGpu>();
  const stop = follow({
    file: "nvidia-smi",
    args: [...query, `--loop=${everySeconds}`],
    env,
    onLine: (line) => {
      const gpu = parseNvidiaLine(line);
      if (gpu) byIndex.set(gpu.index, gpu);
    },
    onEnd,
  });
  return { gpus: () => [...byIndex.values()].toSorted((a, b) => a.index - b.index), stop };
}
