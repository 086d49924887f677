import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { ollamaByHand } from "../../../src/runtimes/ollama/ollama-by-hand.ts";

const url = "http://127.0.0.1:11434";
const model = "qwen3-coder:30b";

describe("the commands by hand", () => {
  it("load, keep and derive with curl, which takes what the command line does not", () => {
    expect(ollamaByHand({ deed: "load", url, model, keepAlive: "30m" })).toBe(
      `curl http://127.0.0.1:11434/api/generate -d '{"model":"qwen3-coder:30b","keep_alive":"30m"}'`,
    );
    expect(ollamaByHand({ deed: "load", url, model })).toBe(
      `curl http://127.0.0.1:11434/api/generate -d '{"model":"qwen3-coder:30b"}'`,
    );
    expect(ollamaByHand({ deed: "keep-alive", url, model, keepAlive: "-1" })).toBe(
      `curl http://127.0.0.1:11434/api/generate -d '{"model":"qwen3-coder:30b","keep_alive":-1}'`,
    );
    expect(ollamaByHand({ deed: "derive", url, model, context: 65_536 })).toBe(
      `curl http://127.0.0.1:11434/api/create -d '{"model":"qwen3-coder:30b-ctx64k","from":"qwen3-coder:30b","parameters":{"num_ctx":65536}}'`,
    );
  });

  it("derive from the model itself, also when the one to be made is named", () => {
    const base = ollamaByHand({ deed: "derive", url, model, context: 65_536 });
    const made = ollamaByHand({ deed: "derive", url, model: `${model}-ctx64k`, context: 65_536 });

    expect(made).toBe(base);
  });

  it("unload and pull with Ollama's own command at its own address", () => {
    expect(ollamaByHand({ deed: "unload", url, model })).toBe("ollama stop qwen3-coder:30b");
    expect(ollamaByHand({ deed: "pull", url, model })).toBe("ollama pull qwen3-coder:30b");
  });

  it("unload and pull with curl elsewhere", () => {
    const there = { url: "http://box:11434", model };

    expect(ollamaByHand({ deed: "unload", ...there })).toBe(
      `curl http://box:11434/api/generate -d '{"model":"qwen3-coder:30b","keep_alive":0}'`,
    );
    expect(ollamaByHand({ deed: "pull", ...there })).toBe(
      `curl http://box:11434/api/pull -d '{"model":"qwen3-coder:30b"}'`,
    );
  });

  it("hand a name with quotes, a line end and escapes to the shell whole and printable", () => {
    const odd = "a'b\n$(x) `y` \u001b[201~é\u009b";
    const command = ollamaByHand({ deed: "unload", url, model: odd });

    expect(command).toMatch(/^[ -~]+$/);
    const printed = execFileSync("sh", ["-c", `curl() { printf %s "$3"; }; ${command}`]);
    expect(JSON.parse(printed.toString())).toEqual({ model: odd, keep_alive: 0 });
  });
});
