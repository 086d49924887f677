import type { Variables } from "../../platform/ports.ts";
import type { DoctorContext } from "../context.ts";

/** The environment with which a process was started; undefined where it is another user's. */
export async function processVariables(
  context: DoctorContext,
  pid: number,
): Promise<Variables | undefined> {
  const { files, host } = context.ports;
  if (host.os === "linux") {
    const text = await files.readText(`/proc/${pid}/environ`).catch(() => undefined);
    return text === undefined ? undefined : variablesOf(text.split("\0"));
  }
  // macOS appends the variables to the command line; a value with a blank in it is cut.
  const args = ["-E", "-ww", "-o", "command=", "-p", String(pid)];
  const { stdout } = await context.run({ file: "ps", args, timeoutMs: 2000 });
  return stdout.includes("=") ? variablesOf(stdout.split(/\s+/u)) : undefined;
}

function variablesOf(parts: readonly string[]): Variables {
  const pairs = parts.flatMap((part) => {
    const [, name, value = ""] = /^(\w+)=(.*)$/su.exec(part) ?? [];
    return name === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(pairs);
}
