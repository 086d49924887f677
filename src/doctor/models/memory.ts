import { memory as memoryText } from "../../core/format.ts";
import { usedModels } from "../../core/model-warnings.ts";
import type { ModelsState } from "../../core/models.ts";
import type { MemoryState } from "../../core/runtime.ts";
import { fitIn } from "../../survey/project-models.ts";
import { type Check, type Finding, ok, skip } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { answering, projectModels } from "../facts/models.ts";

/** The memory that models are loaded into: a GPU's, shared with it, or plain RAM. */
export const memoryCheck: Check = {
  id: "models-memory",
  group: "models",
  title: "the GPU is visible, and may take memory enough",
  timeoutMs: 5000,
  run: async (context) => {
    const known = await projectModels(context);
    const { memory } = known.models;
    if (!memory) return [skip("the memory of this system cannot be read")];
    const findings = [
      ...(await hiddenGpu(context, memory)),
      ...wiredLimit(context, known.models, memory),
      ...budget(
        known.models,
        memory,
        answering(known).some(({ kind }) => kind === "mlx"),
      ),
    ];
    return findings.length > 0 ? findings : [ok(memoryLine(memory))];
  },
};

function memoryLine({
  kind,
  devices,
  totalBytes,
  usedBytes,
  budgetBytes,
  budgetFrom,
}: MemoryState) {
  const names = devices.map(({ name }) => name).join(", ");
  const what = kind === "ram" ? "no GPU, so models run on the CPU" : names || "a GPU";
  const bound =
    budgetBytes < totalBytes ? `; models may take ${memoryText(budgetBytes)} (${budgetFrom})` : "";
  return `${what}: ${memoryText(usedBytes)} of ${memoryText(totalBytes)} used${bound}`;
}

/** The vendor of a graphics card, in the kernel's words. */
const nvidiaVendor = "0x10de";

/** A card whose driver is not loaded is on the bus only, where 03 is the class of displays (PCI code and ID assignment). */
async function hasNvidiaCard({ ports: { files } }: DoctorContext): Promise<boolean> {
  const read = async (path: string) => (await files.readText(path).catch(() => ""))?.trim() ?? "";
  const bus = "/sys/bus/pci/devices";
  const devices = await files.list(bus).catch(() => []);
  const cards = (await files.list("/sys/class/drm").catch(() => [])).filter((name) =>
    /^card\d+$/u.test(name),
  );
  const found = await Promise.all([
    ...cards.map(
      async (card) => (await read(`/sys/class/drm/${card}/device/vendor`)) === nvidiaVendor,
    ),
    ...devices.map(
      async (name) =>
        (await read(`${bus}/${name}/vendor`)) === nvidiaVendor &&
        (await read(`${bus}/${name}/class`)).startsWith("0x03"),
    ),
  ]);
  return found.includes(true);
}

/** There is a card, and its driver does not answer. */
async function hiddenGpu(context: DoctorContext, memory: MemoryState): Promise<readonly Finding[]> {
  if (context.ports.host.os !== "linux" || memory.kind !== "ram") return [];
  if (!(await hasNvidiaCard(context))) return [];
  const { end, stderr, stdout } = await context.run({
    file: "nvidia-smi",
    args: ["-L"],
    timeoutMs: 3000,
  });
  const words = (stderr || stdout).trim();
  return [
    {
      status: "warn",
      code: "runtime/gpu-hidden",
      found: `there is an NVIDIA GPU, and nvidia-smi ${end === "not-found" ? "is not on PATH" : "does not show it"}`,
      why: "models may run on the CPU, and what fits on the GPU cannot be told",
      remedy:
        end === "not-found"
          ? "install NVIDIA's driver with its tools, or put nvidia-smi on PATH"
          : "load the driver anew: `sudo modprobe -r nvidia_uvm && sudo modprobe nvidia_uvm`, then restart the runtime",
      ...(words === "" ? {} : { detail: words }),
    },
  ];
}

/** So much of a Mac's RAM can be given to the GPU; the system keeps the rest. */
const largestShare = 0.85;

/** macOS lets the GPU have only a part of the RAM; the user can let it have more. */
function wiredLimit(
  { ports: { host } }: DoctorContext,
  models: ModelsState,
  memory: MemoryState,
): readonly Finding[] {
  if (host.os !== "darwin") return [];
  const most = largestShare * memory.ramBytes;
  const isOwn = memory.budgetFrom === "iogpu.wired_limit_mb";
  if (isOwn && memory.budgetBytes > most + 0.05 * memory.ramBytes)
    return [
      {
        status: "warn",
        code: "runtime/wired-limit-high",
        found: `the GPU may take ${memoryText(memory.budgetBytes)} of ${memoryText(memory.ramBytes)} (iogpu.wired_limit_mb)`,
        why: "what is left is too little for macOS: it may freeze, or end programs",
        remedy: `run \`sudo sysctl iogpu.wired_limit_mb=${mebibytes(most)}\``,
      },
    ];
  const needs = usedModels({ models }).flatMap(({ runtime, model }) =>
    model && runtime.address.local ? (fitIn(models, { runtime, model }).needBytes ?? 0) : [],
  );
  const need = Math.max(0, ...needs);
  if (need <= memory.budgetBytes || need > most) return [];
  return [
    {
      status: "warn",
      code: "runtime/wired-limit",
      found: `a model needs about ${memoryText(need)}, and macOS lets the GPU have ${memoryText(memory.budgetBytes)} (${memory.budgetFrom})`,
      why: "it would not load, though there is RAM enough",
      remedy: `run \`sudo sysctl iogpu.wired_limit_mb=${mebibytes(Math.min(most, need * 1.1))}\`, until the next start`,
    },
  ];
}

function mebibytes(bytes: number): number {
  return Math.ceil(bytes / 1024 ** 2);
}

/** MLX_VRAM_LIMIT counts on memory that is not there. */
function budget({ guide }: ModelsState, memory: MemoryState, isMlx: boolean): readonly Finding[] {
  const { budgetBytes } = guide;
  if (!isMlx || budgetBytes === undefined || budgetBytes <= memory.budgetBytes) return [];
  const has = memoryText(memory.budgetBytes);
  return [
    {
      status: "warn",
      code: "runtime/budget-too-large",
      found: `MLX_VRAM_LIMIT is ${memoryText(budgetBytes)}, and models may take ${has} (${memory.budgetFrom})`,
      why: "what is planned by the variable does not fit",
      remedy: `set it to what there is: \`export MLX_VRAM_LIMIT=${Math.floor(memory.budgetBytes / 1024 ** 3)}GB\``,
    },
  ];
}
