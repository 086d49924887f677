import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { mirrorConfig } from "../../src/opencode/mirror-config.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

it("copies what OpenCode reads of a project and its user, and nothing that runs", async () => {
  const directory = await temporaryDirectory();
  const ports = isolatedPorts(directory);
  const [root, into] = [join(directory, "project"), join(directory, "into")];
  const files = {
    "project/opencode.json": '{ "agent": { "plan": { "prompt": "{file:./plan.txt}" } } }',
    "project/.opencode/opencode.plan.json": "{}",
    "project/.opencode/agent/team/tester.md": "Test.",
    "project/.opencode/plugin/own.ts": "throw 1",
    "project/.opencode/package.json": "{}",
    "project/lib/app.ex": "",
    "home/.config/opencode/opencode.jsonc": "{}",
    "home/.config/opencode/auth.json": "{}",
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true });
    await writeFile(join(directory, name), text);
  }

  const mirror = await mirrorConfig(ports, { root, environment: ports.env, into });

  const entries = await readdir(into, { recursive: true, withFileTypes: true });
  const copied = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(into.length + 1));
  expect(copied.toSorted()).toEqual([
    "config/opencode/opencode.jsonc",
    "project/.opencode/agent/team/tester.md",
    "project/.opencode/opencode.plan.json",
    "project/opencode.json",
  ]);
  expect(await readFile(join(into, "project/opencode.json"), "utf8")).toContain(
    `{file:${root}/plan.txt}`,
  );
  expect(mirror.environment).toMatchObject({
    HOME: join(into, "home"),
    XDG_CONFIG_HOME: join(into, "config"),
    PATH: ports.env["PATH"],
  });
  expect(mirror.original(`invalid at ${mirror.root}/.opencode/agent/x.md`)).toBe(
    `invalid at ${root}/.opencode/agent/x.md`,
  );
});
