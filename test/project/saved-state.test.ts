import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Problem } from "../../src/core/error.ts";
import type { Saved } from "../../src/core/state.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { createSavedStateWriter, readSavedState } from "../../src/project/saved-state.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const saved: Saved = {
  sessions: { plan: "ses_1", review: "ses_3" },
  focus: "build",
  layout: "rows",
  panel: "hidden",
};

function writerFor(ports: Pick<Ports, "files">, projectDirectory: string) {
  const problems: Problem[] = [];
  const onProblem = (problem: Problem) => void problems.push(problem);
  return { writer: createSavedStateWriter(ports, { projectDirectory, onProblem }), problems };
}

describe("the saved state", () => {
  it("is nothing on the first start", async () => {
    const directory = await temporaryDirectory();

    expect(await readSavedState(isolatedPorts(directory), directory)).toEqual({});
  });

  it("is read as it was written", async () => {
    const directory = join(await temporaryDirectory(), "projects", "p");
    const ports = isolatedPorts(directory);
    const { writer } = writerFor(ports, directory);

    writer.save(saved);
    await writer.flush();

    expect(await readSavedState(ports, directory)).toEqual({ saved });
    expect(await readdir(directory)).toEqual(["state.json"]);
  });

  it("writes only the last of many changes in a row", async () => {
    const directory = await temporaryDirectory();
    const ports = isolatedPorts(directory);
    const texts: string[] = [];
    const files = {
      ...ports.files,
      writeAtomically: async (path: string, text: string) => {
        texts.push(text);
        await ports.files.writeAtomically(path, text);
      },
    };
    const { writer } = writerFor({ files }, directory);

    for (let turn = 0; turn < 50; turn++)
      writer.save({ ...saved, sessions: { plan: `ses_${turn}` } });
    await writer.flush();

    expect(texts.length).toBeLessThan(4);
    expect((await readSavedState(ports, directory)).saved?.sessions.plan).toBe("ses_49");
  });

  it.each(["", "{", "[]", "null", '{"focus":', "\0\0\0\0"])(
    "that is damaged (%j) is set aside and told, and a new one can be written",
    async (text) => {
      const directory = await temporaryDirectory();
      const ports = isolatedPorts(directory);
      await writeFile(join(directory, "state.json"), text);

      const { saved: read, problem } = await readSavedState(ports, directory);

      expect(read).toBeUndefined();
      expect(problem?.code).toBe("state/damaged");
      const [aside] = await readdir(directory);
      expect(aside).toMatch(/^state\.json\.damaged-\d+$/);
      expect(problem?.remedy).toContain(aside);
      expect(await readFile(join(directory, aside ?? ""), "utf8")).toBe(text);
    },
  );

  it("takes the first choice where a field makes no sense, and no session that is no id", async () => {
    const directory = await temporaryDirectory();
    const odd = { focus: "coffee", layout: 3, sessions: { plan: "--evil", build: 7, x: "y" } };
    await writeFile(join(directory, "state.json"), JSON.stringify(odd));

    expect(await readSavedState(isolatedPorts(directory), directory)).toEqual({
      saved: { sessions: {}, focus: "plan", layout: "auto", panel: "auto" },
    });
  });

  it("that cannot be written is told once, and once more after it worked again", async () => {
    const directory = await temporaryDirectory();
    const { files } = isolatedPorts(directory);
    let full = true;
    const failing: Ports["files"] = {
      ...files,
      writeAtomically: async (path, text) => {
        if (full) throw new Error("ENOSPC: no space left on device");
        await files.writeAtomically(path, text);
      },
    };
    const { writer, problems } = writerFor({ files: failing }, directory);
    const save = async () => {
      writer.save(saved);
      await writer.flush();
    };

    await save();
    await save();
    expect(problems.map(({ code }) => code)).toEqual(["state/unwritable"]);
    full = false;
    await save();
    full = true;
    await save();
    expect(problems).toHaveLength(2);
  });

  it("that cannot be read is told and left alone", async () => {
    const directory = await temporaryDirectory();
    const { files, clock } = isolatedPorts(directory);
    await mkdir(join(directory, "state.json"));
    const locked: Ports["files"] = {
      ...files,
      readText: () => Promise.reject(new Error("EACCES: permission denied")),
    };

    const { problem } = await readSavedState({ files: locked, clock }, directory);

    expect(problem?.code).toBe("state/unreadable");
    expect(await readdir(directory)).toEqual(["state.json"]);
  });
});
