import { describe, expect, it } from "vitest";
import { clocksOf, readLoaded } from "../../../src/runtimes/ollama/ollama-loaded.ts";

const now = Date.parse("2026-08-01T12:00:00Z");
const clocks = { here: now, there: now };

function row(extra: object) {
  return { name: "m:1b", model: "m:1b", size: 1000, size_vram: 1000, digest: "d", ...extra };
}

function only(extra: object, at = clocks) {
  return readLoaded({ models: [row(extra)] }, at)[0];
}

function inSeconds(seconds: number): string {
  return new Date(now + seconds * 1000).toISOString();
}

describe("what /api/ps lists", () => {
  it("has a context, a size, its part on the GPU and a time", () => {
    const model = only({
      size: 6_591_830_464,
      size_vram: 5_333_539_264,
      context_length: 4096,
      details: { quantization_level: "Q4_K_M" },
      expires_at: "2026-08-01T05:04:30.93355-07:00",
    });

    expect(model).toEqual({
      name: "m:1b",
      instance: "m:1b",
      state: "loaded",
      context: 4096,
      sizeBytes: 6_591_830_464,
      gpuBytes: 5_333_539_264,
      quantization: "Q4_K_M",
      digest: "d",
      expiresAt: now + 270_933,
    });
  });

  it("has no context before 0.12, and may lack the rest", () => {
    expect(readLoaded({ models: [{ name: "m" }] }, clocks)).toEqual([
      { name: "m", instance: "m", state: "loaded" },
    ]);
  });

  it("stays for ever when its time is more than 20 years away", () => {
    expect(only({ expires_at: "2318-11-12T00:00:00.123456789Z" })?.expiresAt).toBe("never");
    expect(only({ expires_at: inSeconds(19 * 365 * 86_400) })?.expiresAt).not.toBe("never");
  });

  it("is being unloaded for some seconds after its time", () => {
    expect(only({ expires_at: inSeconds(-1) })).toMatchObject({ state: "unloading" });
    expect(only({ expires_at: inSeconds(-1) })?.expiresAt).toBeUndefined();
  });

  it("is in use, not expired, when its time is long past", () => {
    const model = only({ expires_at: inSeconds(-90) });

    expect(model).toMatchObject({ state: "loaded", busy: true });
    expect(model?.expiresAt).toBeUndefined();
  });

  it("has no time yet at Go's zero time or with one that cannot be read", () => {
    for (const expires_at of ["0001-01-01T00:00:00Z", "soon", 7, undefined]) {
      const model = only({ expires_at });
      expect(model?.state).toBe("loaded");
      expect(model?.busy).toBeUndefined();
      expect(model?.expiresAt).toBeUndefined();
    }
  });

  it("is all on the CPU with no bytes on the GPU, and unknown when the sizes contradict", () => {
    expect(only({ size_vram: 0 })?.gpuBytes).toBe(0);
    expect(only({ size_vram: 2000 })?.gpuBytes).toBeUndefined();
    expect(only({ size: 0, size_vram: 0 })?.gpuBytes).toBeUndefined();
  });

  it("is nothing when the answer is something else", () => {
    for (const json of [undefined, [], { models: 3 }, { models: [null, {}] }]) {
      expect(readLoaded(json, clocks)).toEqual([]);
    }
  });
});

describe("the clock of a server", () => {
  it("is cancelled out of the times", () => {
    const there = now + 3_600_000;
    const at = clocksOf(new Date(there).toUTCString(), now);

    expect(only({ expires_at: new Date(there + 60_000).toISOString() }, at)?.expiresAt).toBe(
      now + 60_000,
    );
  });

  it("counts as the same within the second that its header rounds to", () => {
    const at = clocksOf(new Date(now - 900).toUTCString(), now);

    expect(at).toEqual({ here: now, there: now });
  });

  it("counts as the same when the server does not tell it", () => {
    expect(clocksOf(undefined, now)).toEqual({ here: now, there: now });
    expect(clocksOf("yesterday", now)).toEqual({ here: now, there: now });
  });
});
