import { describe, expect, it } from "vitest";
import { median, percentile } from "./statistics.ts";

describe("statistics of a run", () => {
  it("have the middle value as the median", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 2, 3])).toBe(2.5);
  });

  it("have the value below which a share lies as a percentile", () => {
    const values = Array.from({ length: 100 }, (_, index) => 99 - index);

    expect(percentile(values, 0.95)).toBe(95);
    expect(percentile(values, 1)).toBe(99);
  });

  it("are not a number when nothing was measured", () => {
    expect(median([])).toBeNaN();
    expect(percentile([], 0.99)).toBeNaN();
  });
});
