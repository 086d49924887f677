import { mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createLog } from "../../src/platform/log.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

describe("the log", () => {
  it("does not exist before the first line and is private then", async () => {
    const home = await temporaryDirectory();
    const log = createLog({ env: {}, home });
    expect(await readdir(home)).toEqual([]);

    log.info("started");

    const file = join(home, ".local", "state", "ai-rules", "log");
    expect(await readFile(file, "utf8")).toMatch(/^\S+Z \d+ info started\n$/);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it("lies where XDG_STATE_HOME says, unless that is relative", async () => {
    const home = await temporaryDirectory();

    createLog({ env: { XDG_STATE_HOME: join(home, "state") }, home }).warn("there");
    createLog({ env: { XDG_STATE_HOME: "state" }, home }).warn("here");

    expect(await readFile(join(home, "state", "ai-rules", "log"), "utf8")).toContain("there");
    expect(await readFile(join(home, ".local/state/ai-rules/log"), "utf8")).toContain("here");
  });

  it.each([
    [undefined, ["info", "warn", "error"]],
    ["debug", ["debug", "info", "warn", "error"]],
    ["error", ["error"]],
    ["off", []],
    ["loud", ["info", "warn", "error"]],
  ])("with AI_RULES_LOG=%s writes the levels %j", async (level, written) => {
    const home = await temporaryDirectory();
    const log = createLog({ env: level ? { AI_RULES_LOG: level } : {}, home });

    for (const name of ["debug", "info", "warn", "error"] as const) log[name]("message");

    const lines = await log.tail(10);
    expect(lines.map((line) => line.split(" ")[2])).toEqual(written);
  });

  it("keeps a message on one line and without control characters", async () => {
    const log = createLog({ env: {}, home: await temporaryDirectory() });

    log.error("first\nsecond\u001b[31mred\u0007");

    expect((await log.tail(5)).join("\n")).toMatch(/ error first \| secondred$/);
  });

  it("moves a file past one MiB aside and reads on over the border", async () => {
    const home = await temporaryDirectory();
    const directory = join(home, ".local", "state", "ai-rules");
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, "log"), `${"x".repeat(1024 * 1024)}\nlast of the old\n`);
    const log = createLog({ env: {}, home });

    log.info("first of the new");
    log.info("second of the new");

    expect((await readdir(directory)).sort()).toEqual(["log", "log.1"]);
    const tail = await log.tail(3);
    expect(tail[0]).toBe("last of the old");
    expect(tail[2]).toContain("second of the new");
  });

  it("gives up silently where nothing can be written", async () => {
    const home = await temporaryDirectory();
    await writeFile(join(home, ".local"), "a file where a directory should be");
    const log = createLog({ env: {}, home });

    log.info("lost");

    expect(await log.tail(5)).toEqual([]);
  });
});
