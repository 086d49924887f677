import { describe, expect, it, onTestFinished } from "vitest";
import { followCommand } from "../../src/platform/follow-command.ts";
import { createProcesses } from "../../src/platform/processes.ts";
import { until } from "../fakes/until.ts";

const env = { PATH: process.env["PATH"] ?? "" };
const processes = createProcesses();

function follow(file: string, args: readonly string[]) {
  const lines: string[] = [];
  const ends: string[] = [];
  const cancel = followCommand({
    file,
    args,
    env,
    onLine: (line) => lines.push(line),
    onEnd: (end) => ends.push(end),
  });
  onTestFinished(cancel);
  return { lines, ends, cancel };
}

describe("a followed command", () => {
  it("hands over each line as it comes, and says that it has ended", async () => {
    const { lines, ends } = follow("sh", [
      "-c",
      "printf 'one\\r\\ntw\\303'; printf '\\266\\nlast'",
    ]);

    await until(() => ends.length > 0);

    expect(lines).toEqual(["one", "twö", "last"]);
    expect(ends).toEqual(["exited"]);
  });

  it("tells a program that is not there from one that may not be run", async () => {
    const absent = follow("no-such-program-anywhere", []);
    const directory = follow("/", []);

    await until(() => absent.ends.length + directory.ends.length === 2);

    expect(absent.ends).toEqual(["not-found"]);
    expect(directory.ends).toEqual(["not-executable"]);
  });

  it("is ended with all it started when nobody follows it any more, and says nothing of it", async () => {
    const { lines, ends, cancel } = follow("sh", ["-c", "sleep 1000 & echo $$; echo $!; wait"]);
    await until(() => lines.length === 2);

    cancel();
    cancel();

    await until(async () => {
      const left = await Promise.all(lines.map((pid) => processes.find(Number(pid))));
      return left.every((found) => found === undefined);
    });
    expect(ends).toEqual([]);
  });

  it("does not start to speak when it is cancelled at once", async () => {
    const { lines, ends, cancel } = follow("sh", ["-c", "echo here; sleep 1000"]);

    cancel();
    const other = follow("sh", ["-c", "echo done"]);
    await until(() => other.ends.length > 0);

    expect({ lines, ends }).toEqual({ lines: [], ends: [] });
  });

  it("is killed when it does not listen to TERM", async () => {
    const { lines, cancel } = follow("sh", [
      "-c",
      "trap '' TERM; echo $$; while :; do sleep 1; done",
    ]);
    await until(() => lines.length === 1);

    cancel();

    await until(async () => (await processes.find(Number(lines[0]))) === undefined);
  });
});
