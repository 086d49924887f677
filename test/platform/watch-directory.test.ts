import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { watchDirectory } from "../../src/platform/watch-directory.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

describe("watching a directory", () => {
  it("names each entry that changes, also after the directory was deleted and made again", async () => {
    const directory = join(await temporaryDirectory(), "watched");
    const names: string[] = [];
    await mkdir(directory);
    onTestFinished(watchDirectory(directory, (name) => names.push(name)));

    await writeFile(join(directory, "first"), "");
    await until(() => names.includes("first"), { seen: () => names });
    await rm(directory, { recursive: true });
    await mkdir(directory);
    await writeFile(join(directory, "second"), "");

    await until(() => names.includes("second"), { seen: () => names });
  });

  it("waits for one that is not there yet and names what it then holds", async () => {
    const directory = join(await temporaryDirectory(), "later");
    const names: string[] = [];
    onTestFinished(watchDirectory(directory, (name) => names.push(name)));

    await mkdir(directory);
    await writeFile(join(directory, "one"), "");

    await until(() => names.includes("one"), { seen: () => names });
  });

  it("tells nothing after its end", async () => {
    const directory = await temporaryDirectory();
    const [before, after]: string[][] = [[], []];
    const end = watchDirectory(directory, (name) => before?.push(name));
    onTestFinished(watchDirectory(directory, (name) => after?.push(name)));

    end();
    await writeFile(join(directory, "file"), "");

    await until(() => after?.includes("file"));
    expect(before).toEqual([]);
  });
});
