import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Problem } from "../../src/core/error.ts";
import type { SavedPicks } from "../../src/core/models.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { openPicks, readPicks, writePicks } from "../../src/project/picks.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const saved: SavedPicks = {
  picks: { plan: { model: "ollama/qwen3-coder:30b" }, review: { model: "lmstudio/google/gemma" } },
  recent: ["ollama/qwen3-coder:30b", "lmstudio/google/gemma"],
};
const other: SavedPicks = { picks: { build: { model: "ollama/b" } }, recent: ["ollama/b"] };

async function opened(change: (files: Ports["files"]) => Partial<Ports["files"]> = () => ({})) {
  const directory = await temporaryDirectory();
  const ports = isolatedPorts(directory);
  const problems: Problem[] = [];
  const changes: SavedPicks[] = [];
  const file = await openPicks(
    { ...ports, files: { ...ports.files, ...change(ports.files) } },
    { projectDirectory: directory, onProblem: (problem) => void problems.push(problem) },
  );
  onTestFinished(file.watch((picks) => void changes.push(picks)));
  return { directory, ports, file, changes, problems };
}

describe("the picks of a project", () => {
  it("are nothing at first, and then what was written", async () => {
    const directory = join(await temporaryDirectory(), "projects", "p");
    const ports = isolatedPorts(directory);

    expect(await readPicks(ports, directory)).toEqual({});
    await writePicks(ports, directory, saved);

    expect(await readPicks(ports, directory)).toEqual({ saved });
    expect(await readdir(directory)).toEqual(["picks.json"]);
  });

  it("say which of them no conversation has yet", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const fresh: SavedPicks = { picks: { plan: { model: "a/b", fresh: true } }, recent: [] };

    await writePicks(ports, directory, fresh);

    expect(await readPicks(ports, directory)).toEqual({ saved: fresh });
  });

  it("leave out what makes no sense", async () => {
    const directory = await temporaryDirectory();
    const odd = {
      picks: {
        plan: { model: "no slash" },
        build: 7,
        review: { model: "a/b" },
        x: { model: "a/b" },
      },
      recent: [
        "a/b",
        3,
        "",
        "a/b",
        `a/${"x".repeat(2000)}`,
        ...Array.from("123456789abc", (c) => `r/${c}`),
      ],
    };
    await writeFile(join(directory, "picks.json"), JSON.stringify(odd));

    const { saved: read } = await readPicks(isolatedPorts(directory), directory);

    expect(read?.picks).toEqual({ review: { model: "a/b" } });
    expect(read?.recent).toEqual(["a/b", ..."123456789".split("").map((c) => `r/${c}`)]);
  });

  it.each(["", "{", "[]", "null", "\0\0"])(
    "that are damaged (%j) are set aside and told",
    async (text) => {
      const directory = await temporaryDirectory();
      await writeFile(join(directory, "picks.json"), text);

      const { saved: read, problem } = await readPicks(isolatedPorts(directory), directory);

      expect(read).toBeUndefined();
      expect(problem?.code).toBe("state/picks-damaged");
      const [aside] = await readdir(directory);
      expect(aside).toMatch(/^picks\.json\.damaged-\d+$/);
      expect(problem?.remedy).toContain(aside);
    },
  );

  it("that cannot be read are told", async () => {
    const directory = await temporaryDirectory();
    const { files, clock } = isolatedPorts(directory);
    const locked = { ...files, readText: () => Promise.reject(new Error("EACCES")) };

    const { problem } = await readPicks({ files: locked, clock }, directory);

    expect(problem?.code).toBe("state/picks-unreadable");
  });

  it("that cannot be written are told once", async () => {
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const { file, problems } = await opened(() => ({
      writeAtomically: () => Promise.reject(full),
    }));

    for (const picks of [saved, other]) {
      file.save(picks);
      await file.flush();
    }

    expect(problems.map(({ message }) => message)).toEqual([
      "the picked models cannot be saved (ENOSPC)",
    ]);
  });
});

describe("watching the picks", () => {
  it("hears what the command line picks, not what it saved itself", async () => {
    const { directory, ports, file, changes } = await opened();

    file.save(saved);
    await file.flush();
    await writePicks(ports, directory, other);
    await until(() => changes.length > 0, { seen: () => changes });

    expect(changes).toEqual([other]);
    // Back to what was saved before is news again.
    await writePicks(ports, directory, saved);
    await until(() => changes.length > 1, { seen: () => changes });
    expect(changes[1]).toEqual(saved);
  });

  it("hears the first pick of a project as well", async () => {
    const { directory, ports, changes } = await opened();

    await writePicks(ports, directory, saved);

    await until(() => changes.length > 0, { seen: () => changes });
    expect(changes).toEqual([saved]);
  });

  it("stays quiet about a damaged file and one that says the same in other words", async () => {
    const { directory, file, ports, changes } = await opened();
    file.save(saved);
    await file.flush();

    await writeFile(join(directory, "picks.json"), "{");
    await writeFile(join(directory, "picks.json"), JSON.stringify({ ...saved, extra: 1 }));
    await writePicks(ports, directory, other);
    await until(() => changes.length > 0, { seen: () => changes });

    expect(changes).toEqual([other]);
  });

  it("writes only the last of many picks in a row, and hears none of them", async () => {
    const { directory, file, ports, changes } = await opened();

    for (let turn = 0; turn < 30; turn++)
      file.save({ picks: { plan: { model: `a/${turn}` } }, recent: [] });
    await file.flush();

    expect(await readFile(join(directory, "picks.json"), "utf8")).toContain("a/29");
    await writePicks(ports, directory, other);
    await until(() => changes.length > 0, { seen: () => changes });
    expect(changes).toEqual([other]);
  });
});
