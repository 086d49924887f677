/** The measuring programs, which are C because a measure must be quicker than what it measures. */
import { execFile, spawn } from "node:child_process";
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);
const here = import.meta.dirname;

/** One run of `echo-latency`; times in ms, sizes in bytes. See the head of echo-latency.c. */
const resultSchema = z.object({
  ready: z.boolean(),
  firstByteMs: z.number(),
  readyMs: z.number(),
  /** Of the main thread, until it was ready; 0 where the system does not tell. */
  startCpuMs: z.number(),
  times: z.array(z.number()),
  /** The times of each step. */
  steps: z.array(z.array(z.number())),
  missed: z.number(),
  stray: z.number(),
  seconds: z.number(),
  bytes: z.number(),
  cpuMs: z.number(),
  resident: z.number(),
  peak: z.number(),
});

export type HarnessResult = z.infer<typeof resultSchema>;

/** Keys, and the letter whose appearance ends their step; without one they are only typed. */
export type Step = { readonly keys: string; readonly letter?: string };

export type HarnessOptions = {
  readonly keys?: string;
  readonly samples?: number;
  readonly discard?: number;
  readonly gapMs?: number;
  readonly timeoutMs?: number;
  readonly readyMs?: number;
  readonly settleMs?: number;
  readonly restSeconds?: number;
  readonly drainBytes?: number;
  readonly steps?: readonly Step[];
};

export type Started = {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

/** Compiles what is older than its source; returns the path of the program. Needs `cc`. */
export async function compile(name: "echo-latency" | "flood"): Promise<string> {
  const source = join(here, `${name}.c`);
  const program = join(here, "bin", name);
  const [made, written] = await Promise.all([modified(program), modified(source)]);
  if (made > written) return program;
  await mkdir(join(here, "bin"), { recursive: true });
  const libraries = process.platform === "linux" ? ["-lutil"] : [];
  await run("cc", ["-O2", "-Wall", "-Wextra", "-o", program, source, ...libraries]);
  return program;
}

/** Runs a program in the harness; rejects when the harness itself fails. */
export async function measure(
  started: Started,
  options: HarnessOptions,
  abort: AbortSignal,
): Promise<HarnessResult> {
  const harness = await compile("echo-latency");
  const args = [...harnessArguments(options), "--", ...started.command];
  const output = await capture(harness, args, started, abort);
  return resultSchema.parse(JSON.parse(output));
}

function harnessArguments(options: HarnessOptions): readonly string[] {
  const values: Readonly<Record<string, string | number | undefined>> = {
    keys: options.keys,
    samples: options.samples,
    discard: options.discard,
    "gap-ms": options.gapMs,
    "timeout-ms": options.timeoutMs,
    "ready-ms": options.readyMs,
    "settle-ms": options.settleMs,
    rest: options.restSeconds,
    drain: options.drainBytes,
  };
  const given = Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  );
  const steps = options.steps ?? [];
  return [...given, ...steps.flatMap(({ keys, letter = "-" }) => ["--step", `${letter}:${keys}`])];
}

function capture(
  file: string,
  args: readonly string[],
  { cwd, env }: Started,
  abort: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      cwd,
      env,
      signal: abort,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pieces: Buffer[] = [];
    child.stdout.on("data", (piece: Buffer) => pieces.push(piece));
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve(Buffer.concat(pieces).toString());
      else reject(new Error(`echo-latency ended with ${code}`));
    });
  });
}

async function modified(path: string): Promise<number> {
  return stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}
