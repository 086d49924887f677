import { describe, expect, it } from "vitest";
import { parseNvidiaLine } from "../../../src/runtimes/memory/memory-nvidia.ts";

const MiB = 1024 ** 2;

describe("a line of nvidia-smi", () => {
  // Shapes of the manual; "[N/A]" is said by GPUs that share the RAM and in virtual machines.
  it.each([
    [
      "0, NVIDIA GeForce RTX 4090, 24564, 18211, 97",
      { name: "NVIDIA GeForce RTX 4090", used: 18211, total: 24564, busy: 97 },
    ],
    [
      "1, Tesla, the second, 16384, 0, 0",
      { name: "Tesla, the second", used: 0, total: 16384, busy: 0 },
    ],
    [
      "0, Quadro\u001b[31m, 8192, 100, [N/A]",
      { name: "Quadro", used: 100, total: 8192, busy: undefined },
    ],
  ])("%j is a GPU", (line, { name, used, total, busy }) => {
    expect(parseNvidiaLine(line)?.device).toEqual({
      name,
      usedBytes: used * MiB,
      totalBytes: total * MiB,
      ...(busy === undefined ? {} : { busyPercent: busy }),
    });
  });

  it("of a GPU without memory of its own names it", () => {
    expect(parseNvidiaLine("0, NVIDIA GB10, [N/A], [N/A], 3")).toEqual({
      index: 0,
      name: "NVIDIA GB10",
    });
  });

  it.each([
    "",
    "No devices were found",
    "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver.",
    "Unable to determine the device handle for GPU 0000:01:00.0: GPU is lost. Reboot the system",
    "0, half a line",
  ])("%j is none", (line) => {
    expect(parseNvidiaLine(line)).toBeUndefined();
  });
});
