/** Reads the memory models are loaded into: NVIDIA's, else AMD's, else plain RAM; Apple's on a Mac. */
import type { MemoryDevice, MemoryState } from "../../core/runtime.ts";
import type { Ports } from "../../platform/ports.ts";
import { appleGpu, appleRam, type Limit, metalLimit } from "./memory-apple.ts";
import { amdGpus, linuxRam, type Ram } from "./memory-linux.ts";
import { type NvidiaGpu, nvidiaGpus } from "./memory-nvidia.ts";

export type Machine = Pick<Ports, "files" | "run" | "host" | "env">;

export type Budget = {
  /** What models may take, where the user says so. */
  readonly budgetBytes?: number | undefined;
  /** Who said so: "MLX_VRAM_LIMIT". */
  readonly budgetFrom?: string | undefined;
};

/** What can be read now. */
export type Reading = {
  readonly kind: MemoryState["kind"];
  readonly devices: readonly MemoryDevice[];
  readonly ram: Ram;
  /** The device's own limit, where it is not all of it. */
  readonly limit?: Limit;
};

/** What can be read on this system; undefined where nothing can. */
export async function readOnce(ports: Machine): Promise<Reading | undefined> {
  if (ports.host.os === "darwin") return readApple(ports, undefined);
  if (ports.host.os !== "linux") return undefined;
  return readLinux(ports, await nvidiaGpus(ports));
}

/** A Mac's memory; its limit is asked for once. */
export async function readApple(
  ports: Pick<Ports, "run" | "env">,
  known: Limit | undefined,
): Promise<Reading | undefined> {
  const ram = await appleRam(ports);
  if (!ram) return undefined;
  const limit = known ?? (await metalLimit(ports, ram.totalBytes));
  const gpu = await appleGpu(ports, ram.totalBytes);
  return { kind: "unified", devices: gpu ? [gpu] : [], ram, limit };
}

/** Linux: NVIDIA's answer is had already, the rest are plain reads. */
export async function readLinux(
  { files }: Pick<Ports, "files">,
  nvidia: readonly NvidiaGpu[] | undefined,
): Promise<Reading | undefined> {
  const ram = await linuxRam(files);
  if (!ram) return undefined;
  const own = (nvidia ?? []).flatMap(({ device }) => (device ? [device] : []));
  if (own.length > 0) return { kind: "gpu", devices: own, ram };
  const [integrated] = nvidia ?? [];
  if (integrated) return { kind: "unified", devices: [wholeRam(integrated.name, ram)], ram };
  const amd = await amdGpus(files);
  if (amd) return { kind: amd.unified ? "unified" : "gpu", devices: amd.devices, ram };
  return { kind: "ram", devices: [], ram };
}

function wholeRam(name: string, { totalBytes, freeBytes }: Ram): MemoryDevice {
  return { name, usedBytes: totalBytes - freeBytes, totalBytes };
}

/** A reading as the state that is shown, with what models may take of it. */
export function stateOf(
  { kind, devices, ram, limit }: Reading,
  { budget, history }: { readonly budget: Budget; readonly history: readonly number[] },
): MemoryState {
  const shown = devices.length > 0 ? devices : [wholeRam("RAM", ram)];
  const sum = (pick: (device: MemoryDevice) => number) =>
    shown.reduce((all, device) => all + pick(device), 0);
  const totalBytes = sum((device) => device.totalBytes);
  return {
    kind,
    devices,
    usedBytes: sum((device) => device.usedBytes),
    totalBytes,
    ...budgetOf({ budget, limit, totalBytes }),
    ramBytes: ram.totalBytes,
    ramFreeBytes: ram.freeBytes,
    history,
  };
}

type BudgetQuestion = {
  readonly budget: Budget;
  readonly limit: Limit | undefined;
  readonly totalBytes: number;
};

/** The least of what is wished, what the system lets the GPU have, and what there is. */
function budgetOf({ budget, limit, totalBytes }: BudgetQuestion) {
  const bounds = [
    { bytes: totalBytes, from: "all of it" },
    ...(limit ? [limit] : []),
    ...(budget.budgetBytes === undefined
      ? []
      : [{ bytes: budget.budgetBytes, from: budget.budgetFrom ?? "the settings" }]),
  ];
  const { bytes, from } = bounds.reduce((a, b) => (b.bytes <= a.bytes ? b : a));
  return { budgetBytes: bytes, budgetFrom: from };
}
