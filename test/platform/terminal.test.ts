import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Pty } from "../../src/platform/ports.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { createSpawnPty } from "../../src/platform/pty.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const spawnPty = createSpawnPty();
const processes = createProcesses();
const platform = join(import.meta.dirname, "..", "..", "src", "platform");
const programFile = fileURLToPath(import.meta.resolve("./terminal-program.ts"));

type Session = {
  readonly pty: Pty;
  readonly text: () => string;
  readonly see: (part: string | RegExp) => Promise<string>;
  /** The program itself, a child of the shell. */
  readonly pid: () => Promise<number>;
};

/** Runs the program in a shell that prints the line settings before and after it. */
function open(ending: string): Session {
  return openShell(`stty -g; "$NODE" "$PROGRAM" ${ending}; echo "status=$?"; stty -g; echo done`);
}

function openShell(script: string): Session {
  const env = { PATH: process.env["PATH"] ?? "", NODE: process.execPath, PROGRAM: programFile };
  const pty = spawnPty({
    file: "/bin/sh",
    args: ["-c", script],
    cwd: "/",
    env: { ...env, TERM: "xterm-256color" },
    cols: 100,
    rows: 30,
  });
  onTestFinished(() => void pty.signal("SIGKILL"));
  let seen = "";
  pty.onData((bytes) => {
    seen = (seen + Buffer.from(bytes).toString("latin1")).slice(-100_000);
  });
  const text = () => seen;
  const has = (part: string | RegExp) =>
    typeof part === "string" ? seen.includes(part) : part.test(seen);
  return {
    pty,
    text,
    see: (part) => until(() => (has(part) ? seen : undefined), { seen: text }),
    pid: async () => (await processes.tree(pty.pid))[1]?.pid ?? 0,
  };
}

/** What `stty -g` printed: the same twice when the terminal was put back. */
function lineSettings(text: string): readonly string[] {
  return text.match(/^[0-9a-f]+(?::[0-9a-f]+){10,}/gm) ?? [];
}

function expectRestored(text: string): void {
  const settings = lineSettings(text);
  expect(settings).toHaveLength(2);
  expect(settings[1]).toBe(settings[0]);
  expect(text.match(/<left>/g)).toHaveLength(1);
}

describe("the outer terminal", () => {
  it("tells its size and name, enters, and hears raw bytes", async () => {
    const { pty, see } = open("wait");
    await see(/<entered>[^]*size 100x30 name \/dev\/(?:pts\/\d+|undefined)/);

    pty.write("\u0003\u001b[A\r");

    await see("heard 031b5b410d");
  });

  it("tells its new size", async () => {
    const { pty, see } = open("wait");
    await see("size 100x30");

    pty.resize({ cols: 133, rows: 44 });

    await see("resized 133x44");
  });

  it("can be left and entered again", async () => {
    const { pty, see } = open("again");
    await see(/<left>[^]*<again>/);

    pty.write("k");

    await see("heard 6b");
  });

  it("takes the screen again after it was stopped", async () => {
    const { pid, see } = open("wait");
    await see("size 100x30");
    const program = await pid();

    processes.signal(program, "SIGSTOP");
    processes.signal(program, "SIGCONT");

    expect((await see("continued")).match(/<entered>/g)).toHaveLength(2);
  });

  it("is given back while the program is suspended", async () => {
    const { pid, text, see } = open("wait");
    await see("size 100x30");
    const suspended = await pid();

    processes.signal(suspended, "SIGTSTP");
    await see("<left>");

    // It may not have stopped yet: what comes before that does not wake it.
    const woken = () => processes.signal(suspended, "SIGCONT") && text().includes("continued");
    await until(woken, { seen: text });
    expect(text().lastIndexOf("<entered>")).toBeGreaterThan(text().indexOf("<left>"));
  });

  it("is as large as it became while the program was suspended in the background", async () => {
    const { pty, see, pid } = openShell(
      'set -m; "$NODE" "$PROGRAM" wait; echo in shell; read l; fg',
    );
    await see("size 100x30");
    processes.signal(await pid(), "SIGTSTP");
    await see("in shell");

    pty.resize({ cols: 120, rows: 40 });
    pty.write("\r");

    await see("continued");
    await see("resized 120x40");
  });

  it("stops being read once it is left", async () => {
    const { see } = open("leave");

    const text = await see("done");

    expect(text).toContain("status=0");
    expectRestored(text);
  });
});

describe("the outer terminal is put back", () => {
  it("when the program exits", async () => {
    const { see } = open("exit");

    const text = await see("done");

    expect(text).toContain("status=3");
    expectRestored(text);
  });

  it.each(["throw", "reject"])("when nobody catches an error (%s)", async (ending) => {
    const { see } = open(ending);

    const text = await see("done");

    expect(text).toContain("status=1");
    expectRestored(text);
    expect(text.indexOf("Error")).toBeGreaterThan(text.indexOf("<left>"));
  });

  it.each(["SIGTERM", "SIGHUP", "SIGINT"] as const)(
    "when %s is handled by nobody",
    async (name) => {
      const { pid, see } = open("wait");
      await see("size 100x30");

      processes.signal(await pid(), name);

      const text = await see("done");
      const number = { SIGTERM: 143, SIGHUP: 129, SIGINT: 130 }[name];
      expect(text).toContain(`status=${number}`);
      expectRestored(text);
    },
  );

  it("when a signal is handled", async () => {
    const { pid, see } = open("signal");
    await see("size 100x30");

    processes.signal(await pid(), "SIGTERM");

    const text = await see("done");
    expect(text).toContain("signalled SIGTERM");
    expectRestored(text);
  });

  it("in the middle of a frame", async () => {
    const { see } = open("flood");

    const text = await see("done");

    expect(text).toContain("status=4");
    expect(text.match(/<left>/g)).toHaveLength(1);
    expect(text.slice(text.indexOf("<left>"))).not.toContain("xxx");
  });
});

describe("an outer terminal that misbehaves", () => {
  it("does not keep the program from ending when it stops reading", async () => {
    const { pty, pid, see } = open("flood");
    await see("xxxx");
    pty.pause();
    const program = await pid();

    await until(async () => (await processes.find(program)) === undefined);
  });

  it("is reported once when it is closed", async () => {
    const report = join(await temporaryDirectory(), "report");
    // The pty belongs to a process that is killed: nothing else closes its side so hard.
    const owner = `
      import { createSpawnPty } from ${JSON.stringify(join(platform, "pty.ts"))};
      const args = ${JSON.stringify([programFile, "gone", report])};
      const options = { file: process.execPath, args, cwd: "/", env: {}, cols: 80, rows: 24 };
      createSpawnPty()(options).onData((bytes) => process.stdout.write(bytes));`;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "--eval", owner]);
    onTestFinished(() => void child.kill("SIGKILL"));
    await once(child.stdout, "data");

    child.kill("SIGKILL");

    const read = () => readFile(report, "utf8").catch(() => "");
    await until(async () => (await read()).includes("ended"));
    expect(await read()).toBe("gone\nended\n");
  });
});
