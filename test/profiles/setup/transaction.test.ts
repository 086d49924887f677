import {
  chmod,
  mkdir,
  readdir,
  readFile,
  rename,
  stat,
  symlink,
  unlink,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toProblem } from "../../../src/core/error.ts";
import { createFiles } from "../../../src/platform/files.ts";
import type { Files } from "../../../src/platform/ports.ts";
import {
  type Change,
  clear,
  commit,
  recover,
  type Site,
  stage,
  type Transaction,
  wasInterrupted,
} from "../../../src/profiles/setup/transaction.ts";
import { temporaryDirectory } from "../../fakes/temporary-directory.ts";

const files = createFiles();

const changes: readonly Change[] = [
  { place: "new.txt", before: undefined, after: "new\n" },
  { place: "deep/down/new.txt", before: undefined, after: "deep\n" },
  { place: "old.txt", before: "old\n", after: "changed\n", mode: 0o640 },
  { place: "gone/away.txt", before: "away\n", after: undefined },
];

const before = { "old.txt": "old\n", "gone/away.txt": "away\n" };
const after = { "new.txt": "new\n", "deep/down/new.txt": "deep\n", "old.txt": "changed\n" };

async function project(): Promise<string> {
  const root = join(await temporaryDirectory(), "project");
  await mkdir(join(root, "gone"), { recursive: true });
  await writeFile(join(root, "old.txt"), before["old.txt"]);
  await writeFile(join(root, "gone/away.txt"), before["gone/away.txt"]);
  await chmod(join(root, "old.txt"), 0o640);
  return root;
}

function siteOf(root: string): Site {
  return { root, journal: join(root, "../state/journal.json") };
}

/** All files below a directory. */
async function textsOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const texts = await Promise.all(
    found.map(async (path) => [path.slice(root.length + 1), await readFile(path, "utf8")] as const),
  );
  return Object.fromEntries(texts);
}

/** Files that do so many deeds and then no more, as if the process had been killed. */
function killedAfter(deeds: number): Files {
  let left = deeds;
  const deed = <T>(act: () => Promise<T>): Promise<T> =>
    left-- > 0 ? act() : Promise.reject(new Error("killed"));
  return {
    ...files,
    writeAtomically: (path, text, mode) => deed(() => files.writeAtomically(path, text, mode)),
    rename: (from, to) => deed(() => files.rename(from, to)),
    makeDirectory: (path, mode) => deed(() => files.makeDirectory(path, mode)),
    setMode: (path, mode) => deed(() => files.setMode(path, mode)),
    remove: (path) => deed(() => files.remove(path)),
  };
}

async function run(by: Files, root: string, transaction: Transaction): Promise<void> {
  await stage(by, root, transaction);
  await commit(by, siteOf(root), transaction);
  await clear(by, siteOf(root));
}

describe("a transaction", () => {
  it("puts everything in its place and leaves nothing of its own", async () => {
    const root = await project();

    await run(files, root, { changes });

    expect(await textsOf(root)).toEqual(after);
    expect((await readdir(root)).toSorted()).toEqual(["deep", "new.txt", "old.txt"]);
    expect((await stat(join(root, "old.txt"))).mode & 0o777).toBe(0o640);
  });

  it("is whole after the next run, wherever it was killed", async () => {
    const outcomes = new Set<string>();
    for (let deeds = 0; ; deeds++) {
      const root = await project();
      const isKilled = await run(killedAfter(deeds), root, { changes }).then(
        () => false,
        () => true,
      );
      const recovery = await recover(files, siteOf(root));
      await clear(files, siteOf(root));
      outcomes.add(recovery.type);

      const texts = await textsOf(root);
      if (recovery.type === "undone") expect(texts, `after ${deeds} deeds`).toEqual(before);
      if (recovery.type === "completed") expect(texts, `after ${deeds} deeds`).toEqual(after);
      if (recovery.type === "nothing") expect([before, after]).toContainEqual(texts);
      expect(await readdir(root), `after ${deeds} deeds`).not.toContain(".ai-rules");
      if (!isKilled) break;
    }

    expect([...outcomes].toSorted()).toEqual(["completed", "nothing", "undone"]);
  });

  it("is completed also when that is killed again and again", async () => {
    const root = await project();
    await stage(files, root, { changes });
    await expect(commit(killedAfter(2), siteOf(root), { changes })).rejects.toThrow("killed");

    for (let deeds = 1; await wasInterrupted(files, siteOf(root)); deeds++) {
      const by = killedAfter(deeds);
      await recover(by, siteOf(root))
        .then(
          () => clear(by, siteOf(root)),
          () => {},
        )
        .catch(() => {});
    }

    expect(await textsOf(root)).toEqual(after);
  });

  it("begins nothing when a file has changed since it was read", async () => {
    const root = await project();
    await stage(files, root, { changes });
    await writeFile(join(root, "old.txt"), "mine\n");

    const problem = await commit(files, siteOf(root), { changes }).catch(toProblem);
    await clear(files, siteOf(root));

    expect(problem).toMatchObject({
      code: "project/changed",
      message: expect.stringContaining("old.txt has changed"),
    });
    expect(await textsOf(root)).toEqual({ ...before, "old.txt": "mine\n" });
  });

  it("does not write over what a person wrote after the kill", async () => {
    const root = await project();
    await stage(files, root, { changes });
    await expect(commit(killedAfter(1), siteOf(root), { changes })).rejects.toThrow("killed");
    await writeFile(join(root, "old.txt"), "mine\n");

    expect(await recover(files, siteOf(root))).toMatchObject({
      type: "completed",
      beside: ["old.txt.ai-rules"],
    });
    await clear(files, siteOf(root));

    expect(await textsOf(root)).toEqual({
      ...after,
      "old.txt": "mine\n",
      "old.txt.ai-rules": "changed\n",
    });
  });

  it("moves whole directories that were made ready", async () => {
    const root = await project();
    await mkdir(join(root, ".ai-rules/staging/made/lib"), { recursive: true });
    await writeFile(join(root, ".ai-rules/staging/made/lib/a.ex"), "a\n");

    await run(files, root, { changes, moves: [{ from: "made/lib", place: "lib" }] });

    expect(await textsOf(root)).toEqual({ ...after, "lib/a.ex": "a\n" });
  });

  it("copies where the place is on another file system", async () => {
    const root = await project();
    const across: Files = {
      ...files,
      rename: (from, to) =>
        to.endsWith("new.txt")
          ? Promise.reject(Object.assign(new Error("other device"), { code: "EXDEV" }))
          : files.rename(from, to),
    };

    await run(across, root, { changes });

    expect(await textsOf(root)).toEqual(after);
  });

  it("follows no journal that came with the project, and no link out of it", async () => {
    const root = await project();
    const steps = [{ from: "file-0", place: "old.txt" }];
    const outside = join(root, "../outside/staging");
    await mkdir(outside, { recursive: true });
    await writeFile(join(outside, "file-0"), "theirs\n");
    await writeFile(join(outside, "journal.json"), JSON.stringify({ version: 1, steps }));
    await symlink("../outside", join(root, ".ai-rules"));

    expect(await recover(files, siteOf(root))).toEqual({ type: "nothing" });
    await clear(files, siteOf(root));
    await expect(stage(files, root, { changes })).rejects.toThrow(".ai-rules is a link");

    await unlink(join(root, ".ai-rules"));
    await rename(join(root, "../outside"), join(root, ".ai-rules"));
    expect(await recover(files, siteOf(root))).toEqual({ type: "undone" });
    await clear(files, siteOf(root));
    expect(await textsOf(root)).toEqual(before);
  });
});
