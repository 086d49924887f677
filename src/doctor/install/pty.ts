import { join } from "node:path";
import { toProblem } from "../../core/error.ts";
import type { Ports } from "../../platform/ports.ts";
import { type Check, findingOf, ok, type Trouble } from "../check.ts";
import { commandFix } from "../command-fix.ts";
import type { DoctorContext } from "../context.ts";
import { saidInPty } from "../facts/said-in-pty.ts";

/** node-pty is compiled code: it may not fit this machine, and each pane needs it. */
export const ptyCheck: Check = {
  id: "install-pty",
  group: "install",
  title: "pseudo-terminals can be opened",
  timeoutMs: 4000,
  run: async (context, abort) => {
    const helper = await badHelper(context);
    if (helper) return [helper];
    try {
      const args = ["-c", `echo ${word}; exit 0`];
      // Not in the project: that may be closed to us, which says nothing of pseudo-terminals.
      const command = { file: "/bin/sh", args, cwd: "/" };
      const { said } = await saidInPty(context, command, abort);
      return [said.includes(word) ? ok("a program runs in a pseudo-terminal") : silent(said)];
    } catch (error) {
      return [findingOf(toProblem(error), { status: "fail", root: context.root })];
    }
  },
};

const word = "ai-rules-in-a-pty";

function silent(said: string): Trouble {
  return {
    status: "fail",
    code: "install/pty-silent",
    found: "a program in a pseudo-terminal ran, and nothing of what it said arrived",
    why: "every pane would stay empty",
    remedy: "run `npm rebuild node-pty` in the installation; it needs python3, make and g++",
    ...(said === "" ? {} : { detail: said }),
  };
}

/** On macOS a program of node-pty's own starts the others; package managers drop its executable bit. */
async function badHelper({ ports }: DoctorContext): Promise<Trouble | undefined> {
  const { files, host } = ports;
  if (host.os !== "darwin") return undefined;
  const path = helperPath(host);
  if ((await files.status(path)) === undefined || (await files.isExecutable(path)))
    return undefined;
  const fix = commandFix("chmod", "+x", path);
  return {
    status: "fail",
    code: "install/helper-not-executable",
    found: `${path} is not executable`,
    why: "it starts the programs in the panes",
    remedy: `run \`${fix.command}\``,
    fix,
  };
}

function helperPath({ installation, arch }: Ports["host"]): string {
  const prebuilds = join(installation, "node_modules", "node-pty", "prebuilds");
  return join(prebuilds, `darwin-${arch}`, "spawn-helper");
}
