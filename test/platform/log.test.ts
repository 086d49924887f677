import { execFile } from "node:child_process";
import { mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
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

  it("holds no secret, be it known by its look, its variable, or by being told", async () => {
    const env = { LM_API_TOKEN: "tok-of-variable", DB: "ecto://shop:geheim77@localhost/shop" };
    const log = createLog({ env, home: await temporaryDirectory() });
    log.hide(["a prompt\nof two lines"]);

    log.error("asked http://ada:pw@host with tok-of-variable and geheim77");
    log.error(`heard ${JSON.stringify({ text: "a prompt\nof two lines" })}`);
    log.error("said: a prompt\nof two lines");

    const said = (await log.tail(3)).map((line) => line.split(" error ")[1]);
    expect(said).toEqual([
      "asked http://***@host with *** and ***",
      'heard {"text":"***"}',
      "said: ***",
    ]);
  });

  it("cuts what would fill it", async () => {
    const log = createLog({ env: {}, home: await temporaryDirectory() });

    log.error("x".repeat(5_000_000));

    expect((await log.tail(1))[0]?.length).toBeLessThan(8100);
  });

  it("turns full files over, keeps three, and reads on over their borders", async () => {
    const { directory, log } = await withFullFile();
    await writeFile(join(directory, "log.1"), "older\n");
    await writeFile(join(directory, "log.2"), "oldest\n");

    log.info("first of the new");
    log.info("second of the new");

    expect((await readdir(directory)).sort()).toEqual(["log", "log.1", "log.2"]);
    expect(await readFile(join(directory, "log.2"), "utf8")).toBe("older\n");
    const tail = await log.tail(5);
    expect(tail[0]).toBe("older");
    expect(tail[2]).toBe("last of the old");
    expect(tail[4]).toContain("second of the new");
  });

  it("goes on in the new file when another process has turned them over", async () => {
    const { home, directory, log } = await withFullFile();
    log.info("one");
    const other = createLog({ env: {}, home });
    await writeFile(join(directory, "log"), "x".repeat(1024 * 1024), { flag: "a" });

    other.info("two");
    log.info("three");

    const text = await readFile(join(directory, "log"), "utf8");
    expect(text).toMatch(/ two\n.* three\n$/);
  });

  it("turns over once when several processes find it full", async () => {
    const { directory } = await withFullFile();
    const lines = 4000;
    const writers = [1, 2, 3].map((id) => logInProcess({ home: homeOf(directory), id, lines }));

    await Promise.all(writers);

    const text = (
      await Promise.all(["log.2", "log.1", "log"].map((name) => textOf(directory, name)))
    ).join("");
    const said = text.split("\n").filter((line) => / info \d:\d+ x*$/.test(line));
    // Each line once and whole, but those of the oldest file that fell away.
    expect(new Set(said).size).toBe(said.length);
    expect(
      text
        .split("\n")
        .filter((line) => line !== "" && !said.includes(line) && !line.startsWith("xx")),
    ).toEqual(["last of the old"]);
    expect(said.length).toBe(3 * lines);
    expect(await readdir(directory)).toEqual(["log", "log.1", "log.2"]);
  });

  it("is not held up by the lock of a process that was killed", async () => {
    const { directory, log } = await withFullFile();
    const lock = join(directory, "log.lock");
    await writeFile(lock, "");

    log.info("while it looks alive");
    expect(await readdir(directory)).toEqual(["log", "log.lock"]);
    const longAgo = Date.now() / 1000 - 60;
    await utimes(lock, longAgo, longAgo);
    log.info("when it is old");

    expect(await readdir(directory)).toEqual(["log", "log.1"]);
  });

  it("is written again when the disk has room again or it was deleted", async () => {
    const { directory, log } = await withFullFile();
    log.info("one");
    await rm(directory, { recursive: true });

    log.info("two");

    expect(await readFile(join(directory, "log"), "utf8")).toMatch(/ two\n$/);
  });

  it("gives up silently where nothing can be written", async () => {
    const home = await temporaryDirectory();
    await writeFile(join(home, ".local"), "a file where a directory should be");
    const log = createLog({ env: {}, home });

    log.info("lost");

    expect(await log.tail(5)).toEqual([]);
  });
});

const homeOf = (directory: string) => join(directory, "..", "..", "..");

async function withFullFile() {
  const home = await temporaryDirectory();
  const directory = join(home, ".local", "state", "ai-rules");
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, "log"), `${"x".repeat(1024 * 1024)}\nlast of the old\n`);
  return { home, directory, log: createLog({ env: {}, home }) };
}

function textOf(directory: string, name: string): Promise<string> {
  return readFile(join(directory, name), "utf8").catch(() => "");
}

/** Writes lines from a process of its own: `info ID:NUMBER xxx`. */
async function logInProcess(about: { home: string; id: number; lines: number }): Promise<void> {
  const code = `
    import { createLog } from ${JSON.stringify(join(import.meta.dirname, "../../src/platform/log.ts"))};
    const { home, id, lines } = ${JSON.stringify(about)};
    const log = createLog({ env: {}, home });
    for (let n = 0; n < lines; n++) log.info(id + ":" + n + " " + "x".repeat(60));
  `;
  await promisify(execFile)(process.execPath, ["--input-type=module", "--eval", code]);
}
