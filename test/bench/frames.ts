/** Runs the frame benchmark in a process of its own, so that nothing else warms or disturbs it. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { Frames } from "./report.ts";

const run = promisify(execFile);
const script = join(import.meta.dirname, "frame.ts");
const framesSchema = z.object({ oneCell: z.number(), everyCell: z.number() });

/** CPU a frame at 316x80, in ms (medians); undefined when there is no frame benchmark. */
export async function measureFrames(): Promise<Frames | undefined> {
  if (!existsSync(script)) return undefined;
  const { stdout } = await run(process.execPath, [script, "--json"]);
  return framesSchema.parse(JSON.parse(stdout.trim().split("\n").at(-1) ?? ""));
}
