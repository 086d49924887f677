import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { curlPost } from "../../src/runtimes/curl.ts";

describe("a curl command", () => {
  it("carries any name in plain letters", () => {
    const model = "\u001b[31mit's \u202e模型";
    const command = curlPost("http://h/x", { model });

    expect(command).toMatch(/^[ -~]+$/);
    const word = command.slice(command.indexOf(" -d ") + 4);
    const json = execFileSync("sh", ["-c", `printf %s ${word}`], { encoding: "utf8" });
    expect(JSON.parse(json)).toEqual({ model });
  });
});
