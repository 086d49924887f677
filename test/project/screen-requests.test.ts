import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { acquireLock } from "../../src/project/lock.ts";
import { createRunDirectory } from "../../src/project/run-directory.ts";
import {
  answerScreenRequests,
  openRun,
  requestScreens,
  type Screen,
} from "../../src/project/screen-requests.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const root = "/home/me/project";
const screens: readonly Screen[] = [
  { name: "all", cols: 80, rows: 24, text: "1 plan\nhello" },
  { name: "plan", cols: 40, rows: 20, text: "hello" },
];

async function openTui() {
  const runtimeDirectory = await temporaryDirectory();
  const ports = isolatedPorts(runtimeDirectory);
  const run = await createRunDirectory(ports, runtimeDirectory);
  const lock = await acquireLock(ports, { runtimeDirectory, root });
  if (lock.type !== "acquired") throw new Error("the lock is held");
  return { ports, runtimeDirectory, run, lock };
}

function answering({ ports, run }: Awaited<ReturnType<typeof openTui>>, answer = () => screens) {
  onTestFinished(answerScreenRequests(ports, run.path, answer));
}

describe("the screens of a running TUI", () => {
  it("are handed to who asks, and are on no disk before and after", async () => {
    const tui = await openTui();
    answering(tui);
    const before = await readdir(tui.run.path);

    const found = await openRun(tui.ports, { ...tui, root });
    const asked = await requestScreens(tui.ports, found ?? "");

    expect(found).toBe(tui.run.path);
    expect(asked).toEqual(screens);
    expect(before).toEqual([]);
    expect(await readdir(tui.run.path)).toEqual([]);
  });

  it("are handed to two at once, each time as they are then", async () => {
    const tui = await openTui();
    let times = 0;
    answering(tui, () => [{ name: "plan", cols: 1, rows: 1, text: `${++times}` }]);

    const both = await Promise.all([1, 2].map(() => requestScreens(tui.ports, tui.run.path)));

    expect(new Set(both.map((asked) => asked?.[0]?.text))).toEqual(new Set(["1", "2"]));
  });

  it("can be read by this user alone", async () => {
    const tui = await openTui();
    answering(tui);
    // The request of somebody who never reads the answer.
    await writeFile(join(tui.run.path, "screens-wanted-x"), "");
    const answer = join(tui.run.path, "screens-x.json");
    await until(async () => (await tui.ports.files.status(answer)) !== undefined);

    expect((await stat(answer)).mode & 0o777).toBe(0o600);
    expect((await stat(tui.run.path)).mode & 0o777).toBe(0o700);
  });

  it("are not waited for without end, nor when the run is gone", async () => {
    const { ports, run } = await openTui();
    const quick = { ...ports.clock, monotonic: () => ports.clock.monotonic() * 30 };

    expect(await requestScreens({ ...ports, clock: quick }, run.path)).toBeUndefined();
    expect(await readdir(run.path)).toEqual([]);
    await run.remove();
    expect(await requestScreens(ports, run.path)).toBeUndefined();
    expect(await ports.files.status(run.path)).toBeUndefined();
  });

  it.each(["", "{", "[]", '{"screens":[{"name":"../x","text":"y"},{"name":"plan"}]}'])(
    "are none when the answer is no answer: %j",
    async (text) => {
      const { ports, run } = await openTui();
      onTestFinished(
        ports.files.watchDirectory(run.path, (name) => {
          const nonce = /^screens-wanted-(.+)$/.exec(name)?.[1];
          if (nonce) void writeFile(join(run.path, `screens-${nonce}.json`), text);
        }),
      );

      expect(await requestScreens(ports, run.path)).toBeUndefined();
    },
  );

  it("belong to the project whose lock it holds, and to nobody when it has ended", async () => {
    const { ports, runtimeDirectory, lock } = await openTui();

    expect(await openRun(ports, { runtimeDirectory, root: "/home/me/other" })).toBeUndefined();
    await lock.release();
    expect(await openRun(ports, { runtimeDirectory, root })).toBeUndefined();
  });
});
