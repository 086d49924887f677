import { describe, expect, it } from "vitest";
import { weightsBytes } from "../../../src/runtimes/llama-server/llama-server-weights.ts";
import { adapterContext } from "../../fakes/adapter-context.ts";

const own = "http://127.0.0.1:8080";

function measure(sizes: Readonly<Record<string, number>>, path?: string, url = own) {
  const looked: string[] = [];
  const status = (name: string) => {
    looked.push(name);
    const size = sizes[name];
    const kind = "file" as const;
    const found = size === undefined ? undefined : { kind, size, modifiedMs: 0, mode: 0, uid: 0 };
    return Promise.resolve(found);
  };
  const bytes = weightsBytes(adapterContext({ url }, { files: { status } }), path);
  return { bytes, looked };
}

describe("the size of a model's weights", () => {
  it("is that of its file", async () => {
    expect(await measure({ "/m/a.gguf": 5 }, "/m/a.gguf").bytes).toBe(5);
  });

  it("is that of all its parts, or of none", async () => {
    const path = "/m/a-00001-of-00003.gguf";
    const parts = { [path]: 1, "/m/a-00002-of-00003.gguf": 2, "/m/a-00003-of-00003.gguf": 3 };

    expect(await measure(parts, path).bytes).toBe(6);
    expect(await measure({ [path]: 1 }, path).bytes).toBeUndefined();
  });

  it("is not looked for on the wrong machine or at a path that only the server can follow", async () => {
    const cases = [
      measure({ "/m/a.gguf": 5 }, "/m/a.gguf", "http://gpu-box:8080"),
      measure({ "a.gguf": 5 }, "a.gguf"),
      measure({}, undefined),
    ];

    for (const { bytes, looked } of cases) {
      expect(await bytes).toBeUndefined();
      expect(looked).toEqual([]);
    }
  });
});
