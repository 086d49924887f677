#!/usr/bin/env node
// Plain JavaScript that any Node of the last ten years can read: it may have to say that this Node is
// too old, or find a newer one.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { fileURLToPath } from "node:url";

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major > 22 || (major === 22 && minor >= 12)) {
  cacheCode();
  if (process.send) endWithParent();
  const { main } = await import("../dist/cli/main.js");
  await main();
} else {
  runOnNewerNode();
}

/** Compiled code is kept from one start to the next; without it a start takes some 15 ms longer. */
function cacheCode() {
  const base = [process.env.XDG_CACHE_HOME, usualCache()].find((path) => path && isAbsolute(path));
  if (base) module.enableCompileCache?.(join(base, "ai-rules", "code"));
}

/** HOME can be relative; a user whom the system does not know has none. */
function usualCache() {
  try {
    return join(homedir(), ".cache");
  } catch {
    return undefined;
  }
}

/** A clone has a newer Node as a development dependency; the machine's own may be older. */
function runOnNewerNode() {
  const own = fileURLToPath(new URL("../node_modules/.bin/node", import.meta.url));
  if (!existsSync(own) || process.env.AI_RULES_NEWER_NODE) {
    const tooOld = {
      code: "install/node-too-old",
      message: `ai-rules needs Node 22.12 or newer, and this is ${process.versions.node}`,
      remedy: "install a newer Node, for example with `nix shell nixpkgs#nodejs_24`",
    };
    process.stderr.write(`error: ${tooOld.message}\nfix: ${tooOld.remedy}\n`);
    process.exit(1);
  }
  const child = spawn(own, process.argv.slice(1), {
    // Over the channel the child notices when this process is killed.
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { ...process.env, AI_RULES_NEWER_NODE: "1" },
  });
  for (const name of ["SIGTERM", "SIGHUP", "SIGINT"]) process.on(name, () => child.kill(name));
  child.on("exit", (code, signal) => {
    if (!signal) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** In the newer Node: ends as if the terminal had hung up when the one who waits for it is gone. */
function endWithParent() {
  process.channel?.unref();
  process.once("disconnect", () => process.kill(process.pid, "SIGHUP"));
}
