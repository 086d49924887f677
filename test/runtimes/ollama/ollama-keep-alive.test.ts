import { describe, expect, it } from "vitest";
import { keepAliveBody } from "../../../src/runtimes/ollama/ollama-keep-alive.ts";

describe("keep_alive as the API takes it", () => {
  it.each([
    ["-1", -1],
    ["30", 30],
    ["0", 0],
    [" 1.5 ", 1.5],
    ["30m", "30m"],
    ["1h30m", "1h30m"],
    ["-1s", "-1s"],
  ])("makes %j a %j", (text, body) => {
    expect(keepAliveBody(text)).toBe(body);
  });
});
