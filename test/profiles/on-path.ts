import { existsSync } from "node:fs";
import { join } from "node:path";

/** Whether this machine has a program. */
export function onPath(program: string): boolean {
  const directories = (process.env["PATH"] ?? "").split(":");
  return directories.some((directory) => existsSync(join(directory, program)));
}
