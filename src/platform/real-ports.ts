import { randomBytes } from "node:crypto";
import { createClock } from "./clock.ts";
import { createFiles } from "./files.ts";
import { followCommand } from "./follow-command.ts";
import { describeHost } from "./host.ts";
import { createLog } from "./log.ts";
import { loggedNetwork, loggedRun, loggedSpawn } from "./logged.ts";
import { createMemoryRelease } from "./memory.ts";
import { createNetwork } from "./network.ts";
import type { Ports, Variables } from "./ports.ts";
import { createProcesses } from "./processes.ts";
import { createSpawnPty } from "./pty.ts";
import { runCommand } from "./run-command.ts";

/** The ports on the real machine. Nothing is opened, read or started by making them. */
export function createPorts(): Ports {
  const host = describeHost();
  const env = ownVariables();
  const log = createLog({ env, home: host.home });
  return {
    clock: createClock(),
    files: createFiles(),
    run: loggedRun(runCommand, log),
    follow: followCommand,
    spawnPty: loggedSpawn(createSpawnPty(), log),
    processes: createProcesses(),
    network: loggedNetwork(createNetwork(), log),
    log,
    host,
    env,
    releaseMemory: createMemoryRelease(),
    randomText: (bytes) => randomBytes(bytes).toString("base64url"),
  };
}

function ownVariables(): Variables {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.map(([name, value]) => [name, value ?? ""]));
}
