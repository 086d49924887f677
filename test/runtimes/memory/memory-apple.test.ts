import { describe, expect, it } from "vitest";
import {
  assumedLimit,
  parseIoreg,
  parseVmStat,
} from "../../../src/runtimes/memory/memory-apple.ts";

const GiB = 1024 ** 3;

/** In the shape of macOS 15; the values are made up. */
const vmStat = `Mach Virtual Memory Statistics: (page size of 16384 bytes)
Pages free:                               10000.
Pages active:                            400000.
Pages inactive:                          390000.
Pages speculative:                         5000.
Pages throttled:                              0.
Pages wired down:                        200000.
Pages purgeable:                          15000.
"Translation faults":                 123456789.
File-backed pages:                       250000.
Anonymous pages:                         530000.
Pages stored in compressor:              300000.
Pages occupied by compressor:            120000.
`;

/** In the shape that \`ioreg -r -c IOGPU -d 1 -f\` was seen to have; cut, the values are made up. */
const ioreg = `+-o AGXAcceleratorG14X  <class AGXAcceleratorG14X, id 0x1000003d1, registered, matched, active, busy 0 (23 ms), retain 71>
    {
      "model" = "Apple M3 Max"
      "PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=41123840000,"Tiler Utilization %"=12,"Device Utilization %"=31,"In use system memory"=21474836480}
    }
`;

describe("the memory of a Mac", () => {
  it("is used by all pages but those that can be dropped", () => {
    const pages = 400_000 + 390_000 + 5000 + 200_000 + 120_000 - 15_000 - 250_000;
    expect(parseVmStat(vmStat)).toBe(pages * 16_384);
  });

  it("is unknown without the size of a page", () => {
    expect(parseVmStat("")).toBeUndefined();
  });

  it("is used by the GPU as the driver says", () => {
    expect(parseIoreg(ioreg, 64 * GiB)).toEqual({
      name: "Apple GPU",
      usedBytes: 20 * GiB,
      totalBytes: 64 * GiB,
      busyPercent: 31,
    });
    expect(parseIoreg("", 64 * GiB)).toBeUndefined();
  });

  it.each([
    [16, 66],
    [36, 66],
    [64, 75],
  ])("of %i GiB is assumed to give %i %% to models", (totalGiB, percent) => {
    const { bytes, from } = assumedLimit(totalGiB * GiB);

    expect(bytes).toBe(Math.floor((totalGiB * GiB * percent) / 100));
    expect(from).toContain("assumed");
  });
});
