import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import { z } from "zod";
import { runtimeKinds } from "../../src/core/runtime.ts";
import type { FileSettings } from "../../src/project/settings-schema.ts";
import type { Asked, Started } from "./stand-ins.ts";

/** The stand-ins for runtimes that ai-rules watches in a run. */
export type Runtimes = {
  /** What the settings say: these, and nothing else that this machine runs. */
  readonly settings: NonNullable<FileSettings["runtimes"]>;
  /** How often all of them were asked so far. */
  readonly rounds: () => Promise<number>;
  readonly stop: () => void;
};

const startedSchema: z.ZodType<Started> = z.object({
  urls: z.tuple([z.string(), z.string(), z.string()]),
});
const askedSchema: z.ZodType<Asked> = z.object({ rounds: z.number() });

/** Starts two Ollamas, the first with so many models more, and a llama-server. */
export async function startRuntimes(models: number): Promise<Runtimes> {
  const child = fork(join(import.meta.dirname, "stand-ins.ts"), [String(models)]);
  const { urls } = startedSchema.parse(await messageOf(child));
  const [ollama, second, llamaServer] = urls;
  const off = Object.fromEntries(runtimeKinds.map((kind) => [kind, { enabled: false }]));
  return {
    settings: {
      ...off,
      ollama: { url: ollama },
      "ollama-2": { type: "ollama", url: second },
      "llama-server": { url: llamaServer },
    },
    async rounds() {
      const answer = messageOf(child);
      child.send("rounds");
      return askedSchema.parse(await answer).rounds;
    },
    stop: () => void child.kill(),
  };
}

function messageOf(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    child.once("message", resolve);
    child.once("exit", (code) => reject(new Error(`the stand-ins ended with ${code}`)));
  });
}
