import { execFileSync } from "node:child_process";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { tarOf } from "../../../src/doctor/report/tar.ts";
import { temporaryDirectory } from "../../fakes/temporary-directory.ts";

describe("an archive", () => {
  it("is unpacked by tar as it was, with private files", async () => {
    const directory = await temporaryDirectory();
    const files = [
      { name: "empty.txt", text: "" },
      { name: "grüße.txt", text: "größer als ein Block: ".repeat(100) },
      { name: "block.txt", text: "x".repeat(512) },
      { name: "large.txt", text: "line\n".repeat(400_000) },
    ].map((file) => ({ ...file, name: file.name.replaceAll(/[^\w.]/g, "_") }));
    const bytes = tarOf({ directory: "a-report", files, modifiedMs: 1_700_000_000_000 });
    const file = join(directory, "it.tar.gz");
    await writeFile(file, gzipSync(bytes));

    // GNU tar and BSD tar warn on stderr of what is not as it should be.
    execFileSync("tar", ["-xzf", file], { cwd: directory, stdio: ["ignore", "pipe", "inherit"] });

    const unpacked = join(directory, "a-report");
    expect((await readdir(unpacked)).sort()).toEqual(files.map(({ name }) => name).sort());
    for (const { name, text } of files) {
      expect(await readFile(join(unpacked, name), "utf8")).toBe(text);
      const { mode, mtimeMs } = await stat(join(unpacked, name));
      expect(mode & 0o777).toBe(0o600);
      expect(mtimeMs).toBe(1_700_000_000_000);
    }
  });

  it("has whole blocks, and a date that tar can tell when the clock is before 1970", () => {
    const bytes = tarOf({ directory: "d", files: [{ name: "f", text: "t" }], modifiedMs: -5000 });

    expect(bytes.length).toBe(4 * 512);
    expect(new TextDecoder().decode(bytes.subarray(136, 147))).toBe("00000000000");
  });
});
