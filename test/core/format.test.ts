import { describe, expect, it } from "vitest";
import { clock, memory, moment, percent, roughly, tokens, took } from "../../src/core/format.ts";

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

describe("times", () => {
  it.each([
    [0, "0:00"],
    [42 * second + 999, "0:42"],
    [12 * minute + 5 * second, "12:05"],
    [hour, "1h00m"],
    [25 * hour + 30 * minute, "1d01h"],
    [-5 * second, "0:00"],
  ])("shows %d ms as the clock %s", (ms, text) => {
    expect(clock(ms)).toBe(text);
  });

  it.each([
    [8 * second, "8s"],
    [3 * minute + 59 * second, "3m"],
    [5 * hour, "5h"],
    [2 * day + hour, "2d"],
    [-1, "0s"],
  ])("says roughly how long %d ms are: %s", (ms, text) => {
    expect(roughly(ms)).toBe(text);
  });

  it.each([
    [85, "85 ms"],
    [2345, "2.3 s"],
    [65 * second, "1:05"],
  ])("says that %d ms took %s", (ms, text) => {
    expect(took(ms)).toBe(text);
  });

  it("shows a moment of today without its date", () => {
    const at = new Date(2026, 10, 23, 9, 5).getTime();

    expect(moment(at, at + hour)).toBe("09:05");
    expect(moment(at, at + day)).toBe("23 Nov 09:05");
  });
});

describe("memory", () => {
  it.each([
    [0, "0 MB"],
    [612.3 * 1024 ** 2, "612 MB"],
    [999 * 1024 ** 2, "999 MB"],
    [1.44 * 1024 ** 3, "1.4 GB"],
  ])("shows %d bytes as %s", (bytes, text) => {
    expect(memory(bytes)).toBe(text);
  });
});

describe("counts", () => {
  it.each([
    [512, "512"],
    [4096, "4k"],
    [65_536, "64k"],
    [200_000, "200k"],
    [40_961, "40k"],
    [262_144, "256k"],
    [1_048_576, "1M"],
    [1_500_000, "1.5M"],
  ])("shows a context of %d tokens as %s", (count, text) => {
    expect(tokens(count)).toBe(text);
  });

  it.each([
    [-1, "0%"],
    [0, "0%"],
    [0.001, "1%"],
    [0.48, "48%"],
    [0.999, "99%"],
    [1, "100%"],
  ])("shows the share %d as %s", (share, text) => {
    expect(percent(share)).toBe(text);
  });
});
