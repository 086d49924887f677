/** File systems of their own: the only thing that is full or read-only for root, too. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Whether this user may mount something. */
export const canMount = tryMount();

export function mount(directory: string, options: readonly string[]): void {
  execFileSync("mount", [...options, directory], { stdio: "ignore" });
}

/** A file system in memory, with an option such as "size=4k" or "ro". */
export function mountMemory(directory: string, option: string): void {
  mount(directory, ["-t", "tmpfs", "-o", option, "tmpfs"]);
}

/** Also while something still uses it. */
export function unmount(directory: string): void {
  execFileSync("umount", ["--lazy", directory]);
}

function tryMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "ai-rules-mount-"));
  try {
    mountMemory(directory, "size=4k");
    unmount(directory);
    return true;
  } catch {
    return false;
  } finally {
    rmdirSync(directory);
  }
}
