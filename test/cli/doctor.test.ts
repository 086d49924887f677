import { expect, it } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { doctor } from "../../src/cli/doctor.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { undisturbed } from "../fakes/undisturbed.ts";

async function run(line: string, cols?: number) {
  const directory = await temporaryDirectory();
  const console = createRecordedConsole({ statusCols: 60, ...(cols ? { cols } : {}) });
  const invocation = parseInvocation(line.split(" "));
  if (invocation.type !== "run") throw new Error(`${line} is no command`);
  const tools = { ports: isolatedPorts(directory), console, ownProcess: undisturbed };
  const code = await doctor(tools, invocation, directory);
  return { code, console };
}

it("says on a terminal what is waited for, and how many checks are done", async () => {
  const { console } = await run("doctor install-clock install-node install-home", 80);

  const drawn = console.drawn.filter(Boolean);
  expect(drawn.length).toBeGreaterThan(0);
  for (const text of drawn) expect(text).toMatch(/^[1-2] of 3; install-\w+: /);
  // It is gone at the end.
  expect(console.drawn.at(-1)).toBe("");
  expect(console.lines.at(-1)).toMatch(/^3 ok in /);
});

it("draws no progress between what it tells a pipe, which the pipe's reader may show", async () => {
  const { console } = await run("doctor install-clock install-node");

  expect(console.drawn).toEqual([]);
  expect(console.lines.at(-1)).toMatch(/^2 ok in /);
});

it("says how far it is where all of its data comes at the end", async () => {
  const { console } = await run("doctor install-clock install-node --json");

  expect(console.drawn.filter(Boolean)).toHaveLength(1);
  expect(console.drawn.at(-1)).toBe("");
});
