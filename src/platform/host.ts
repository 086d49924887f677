import { arch, homedir } from "node:os";
import { join } from "node:path";
import type { Host } from "./ports.ts";

/** Facts about this machine and this installation that hold for the whole run. */
export function describeHost(): Host {
  return {
    os: operatingSystem(),
    arch: arch(),
    home: homedir(),
    uid: process.getuid?.() ?? 0,
    // This file is `<installation>/dist/platform/host.js`, or the same below `src`.
    installation: join(import.meta.dirname, "..", ".."),
  };
}

function operatingSystem(): Host["os"] {
  if (process.platform === "linux" || process.platform === "darwin") return process.platform;
  return "other";
}
