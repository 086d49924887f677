import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Problem } from "../../src/core/error.ts";
import { defaultSettings, type Settings } from "../../src/core/settings.ts";
import { directoriesOf } from "../../src/project/directories.ts";
import { loadSettings } from "../../src/project/settings.ts";
import { watchSettings } from "../../src/project/watch-settings.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

async function watched(text?: string) {
  const root = await temporaryDirectory();
  const ports = isolatedPorts(root);
  const file = join(root, "ai-rules.json");
  if (text !== undefined) await writeFile(file, text);
  const { settings: current } = await loadSettings(ports, root);
  const changes: Settings[] = [];
  const broken: (readonly Problem[])[] = [];
  const stop = watchSettings(ports, {
    root,
    current,
    onSettings: (settings) => changes.push(settings),
    onBroken: (errors) => broken.push(errors),
  });
  onTestFinished(stop);
  return { root, ports, file, changes, broken, stop };
}

/** In one step: on a busy machine a file that is emptied first may be read before it is written. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}~`, text);
  await rename(`${file}~`, file);
}

describe("watching the settings", () => {
  it("reads a changed file again, also one that is replaced as editors do", async () => {
    const { file, changes } = await watched('{ "scrollback": 1 }');

    await writeFile(file, '{ "scrollback": 2 }');
    await until(() => changes.at(-1)?.scrollback === 2, { seen: () => changes });
    await replace(file, '{ "scrollback": 3 }');
    await until(() => changes.at(-1)?.scrollback === 3, { seen: () => changes });

    expect(changes).toHaveLength(2);
  });

  it("notices a file that was not there at the start", async () => {
    const { ports, changes } = await watched();
    const user = directoriesOf(ports).userSettings;

    await mkdir(dirname(user), { recursive: true });
    await writeFile(user, '{ "layout": "rows" }');

    await until(() => changes.at(-1)?.layout === "rows", { seen: () => changes });
  });

  it("says what is wrong with a broken edit and keeps the last good settings", async () => {
    const { file, changes, broken } = await watched('{ "scrollback": 1 }');

    await writeFile(file, '{ "scrollback": "many", "layout": "rows" }');
    await until(() => broken.length > 0);

    expect(changes).toEqual([]);
    expect(broken.at(-1)?.[0]).toMatchObject({
      code: "settings/invalid-value",
      position: { file, line: 1, column: 17 },
    });
    await writeFile(file, '{ "scrollback": 7, "layout": "rows" }');
    await until(() => changes.length > 0);
    expect(changes).toEqual([{ ...defaultSettings, scrollback: 7, layout: "rows" }]);
  });

  it("is silent about an edit that changes nothing, and after its end", async () => {
    const { file, changes, broken, stop, root, ports } = await watched('{ "scrollback": 1 }');
    const reads: string[] = [];
    const counting = {
      ...ports,
      files: {
        ...ports.files,
        readText: (path: string) => {
          reads.push(path);
          return ports.files.readText(path);
        },
      },
    };
    const { settings: current } = await loadSettings(ports, root);
    const quiet = { root, current, onSettings: () => {}, onBroken: () => {} };
    onTestFinished(watchSettings(counting, quiet));

    await replace(file, '{ "scrollback": 1 } // the same');
    await until(() => reads.includes(file));
    expect([changes, broken]).toEqual([[], []]);

    stop();
    reads.length = 0;
    await replace(file, '{ "scrollback": 2 }');
    await until(() => reads.includes(file));
    expect(changes).toEqual([]);
  });
});
