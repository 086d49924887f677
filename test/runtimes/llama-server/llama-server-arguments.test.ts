import { describe, expect, it } from "vitest";
import {
  readLlamaArguments,
  readLlamaCommand,
} from "../../../src/runtimes/llama-server/llama-server-arguments.ts";

describe("the arguments of a llama-server", () => {
  it.each([
    [["--ctx-size", "65536", "--model", "/m/a.gguf"], { context: 65_536, file: "/m/a.gguf" }],
    [["-c", "65536", "-np", "4"], { context: 16_384 }],
    [["-c", "65536", "-np", "4", "--kv-unified"], { context: 65_536 }],
    [["-c", "4096", "-c", "8192"], { context: 8192 }],
    [["-c", "0", "-m", "a.gguf"], { file: "a.gguf" }],
    [["-c", "65536", "-np", "-1"], { context: 65_536 }],
    [["-c"], {}],
    [[], {}],
  ])("tell the context of one conversation and the file: %j", (args, told) => {
    expect(readLlamaArguments(args)).toEqual(told);
  });

  it.each([
    ["/opt/llama-server --port 5801 -c 32768 -m '/models/a b.gguf'", 32_768, "/models/a b.gguf"],
    ['env X=1 llama-server\n  -m "/m.gguf"\n  -c 8192', 8192, "/m.gguf"],
  ])("are read from a command line: %s", (command, context, file) => {
    expect(readLlamaCommand(command)).toEqual({ context, file });
  });

  it("are those of llama-server only", () => {
    expect(readLlamaCommand("docker run -c 512 -m 4g vllm/vllm-openai --model x")).toEqual({});
    expect(readLlamaCommand("sh -c 'mlx_lm.server'")).toEqual({});
    expect(readLlamaCommand("")).toEqual({});
  });
});
