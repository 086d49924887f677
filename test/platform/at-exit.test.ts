import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";

const atExit = JSON.stringify(new URL("../../src/platform/at-exit.ts", import.meta.url).href);
const ownProcess = JSON.stringify(
  new URL("../../src/platform/own-process.ts", import.meta.url).href,
);

/** What a program prints, stderr too. */
function printed(script: string): string {
  const args = ["--input-type=module", "-e", script];
  return execFileSync("sh", ["-c", '"$0" "$@" 2>&1', process.execPath, ...args], {
    encoding: "utf8",
  });
}

describe("what is to be done at exit", () => {
  it("is done, unless it was cancelled", () => {
    const text = printed(`
      const { atExit } = await import(${atExit});
      atExit(() => console.log("done"));
      atExit(() => console.log("cancelled"))();
    `);

    expect(text).toBe("done\n");
  });

  it("may be much: Node does not take it for a leak", () => {
    const text = printed(`
      const { atExit } = await import(${atExit});
      for (let index = 0; index < 50; index += 1) atExit(() => {});
    `);

    expect(text).toBe("");
  });
});

describe("a warning of Node's", () => {
  it("goes to who listens instead of to stderr", () => {
    const text = printed(`
      const { createOwnProcess } = await import(${ownProcess});
      createOwnProcess().onWarning(({ message }) => console.log("heard " + message));
      process.emitWarning("a leak");
    `);

    expect(text).toBe("heard a leak\n");
  });

  it("is written again once nobody listens", () => {
    const text = printed(`
      const { createOwnProcess } = await import(${ownProcess});
      createOwnProcess().onWarning(() => console.log("heard"))();
      process.emitWarning("a leak");
    `);

    expect(text).toContain("Warning: a leak");
    expect(text).not.toContain("heard");
  });
});
