import { execFileSync } from "node:child_process";
import { chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toProblem } from "../../src/core/error.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

function failed(code: string, path?: string): Error {
  return Object.assign(new Error(`${code}: said by Node`), { code, ...(path ? { path } : {}) });
}

describe("what the system refuses", () => {
  it.each([
    ["EACCES", "run/no-access"],
    ["EPERM", "run/no-access"],
    ["EROFS", "run/read-only"],
    ["ENOSPC", "run/disk-full"],
    ["EDQUOT", "run/disk-full"],
    ["EMFILE", "run/too-many-files"],
    ["ENOTDIR", "run/in-the-way"],
    ["EEXIST", "run/in-the-way"],
  ])("%s is told as %s, in our words", (name, code) => {
    const { message, detail, ...problem } = toProblem(failed(name, "/home/ada/shop"));

    expect(problem.code).toBe(code);
    expect(message).not.toContain("said by Node");
    if (name !== "EMFILE") expect(message).toContain("/home/ada/shop");
    // The log and --debug have it whole.
    expect(detail).toContain("said by Node");
  });

  it("names a command that runs, whatever the path is called", async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, "it's here");
    await writeFile(path, "");

    const { remedy } = toProblem(failed("ENOTDIR", path));

    const [, command = ""] = /`([^`]+)`/.exec(remedy) ?? [];
    expect(execFileSync("sh", ["-c", command], { encoding: "utf8" })).toContain("it's here");
  });

  it("is known when it really happens", async () => {
    const directory = await temporaryDirectory();
    const file = join(directory, "file");
    await writeFile(file, "");
    const codeOf = (deed: Promise<unknown>) =>
      deed.then(
        () => "done",
        (error: unknown) => toProblem(error).code,
      );

    expect(await codeOf(readdir(file))).toBe("run/in-the-way");
    expect(await codeOf(mkdir(directory))).toBe("run/in-the-way");
    if (process.getuid?.() === 0) return;
    await chmod(file, 0);
    expect(await codeOf(readFile(file))).toBe("run/no-access");
  });

  it("names a working directory that is gone", () => {
    const gone = Object.assign(failed("ENOENT"), { syscall: "uv_cwd" });

    expect(toProblem(gone).code).toBe("run/directory-gone");
  });

  it("stays a fault of ours when it is none of these", () => {
    expect(toProblem(failed("ERR_INVALID_ARG_TYPE")).code).toBe("run/unexpected");
    expect(toProblem(failed("EACCES")).code).toBe("run/unexpected");
    expect(toProblem(new TypeError("x is not a function")).remedy).toContain("doctor --report");
  });
});
