import { arch, homedir, tmpdir, userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import type { Host } from "./ports.ts";

/** Facts about this machine and this installation that hold for the whole run. */
export function describeHost(): Host {
  return {
    os: operatingSystem(),
    arch: arch(),
    home: home(),
    uid: process.getuid?.() ?? 0,
    // This file is `<installation>/dist/platform/host.js`, or the same below `src`.
    installation: join(import.meta.dirname, "..", ".."),
  };
}

function operatingSystem(): Host["os"] {
  if (process.platform === "linux" || process.platform === "darwin") return process.platform;
  return "other";
}

/** HOME, else what the user database says; a container's nameless user may have neither. */
function home(): string {
  const candidates = [homedir, () => userInfo().homedir];
  for (const candidate of candidates) {
    try {
      const path = candidate();
      if (isAbsolute(path)) return path;
    } catch {
      // No entry for this user.
    }
  }
  return join(tmpdir(), `ai-rules-home-${process.getuid?.() ?? 0}`);
}
