/** File systems of a test's own; only a root may have some. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const canMount = tryMount();

/** Mounts an empty file system. */
export function mount(directory: string, option: string): void {
  execFileSync("mount", ["-t", "tmpfs", "-o", option, "tmpfs", directory], { stdio: "ignore" });
}

function tryMount(): boolean {
  const directory = mkdtempSync(join(tmpdir(), "ai-rules-mount-"));
  try {
    mount(directory, "size=4k");
    execFileSync("umount", [directory]);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
