import { describe, expect, it } from "vitest";
import { createPsProcessTable, parsePs } from "../../src/platform/process-table-ps.ts";

describe("the process table of ps", () => {
  it("agrees with the kernel about this process", async () => {
    const table = createPsProcessTable();

    const found = await table.find(process.pid);
    const tree = await table.tree(process.pid);

    expect(found).toMatchObject({ pid: process.pid, parent: process.ppid });
    expect(tree[0]).toMatchObject({ pid: process.pid, startedAt: found?.startedAt });
    expect((await table.list()).some(({ pid }) => pid === process.ppid)).toBe(true);
  });
});

describe("the output of ps", () => {
  it("is read with commands that hold spaces, and without zombies", () => {
    const output = [
      "    1     0     1 Ss   Mon Nov  3 04:59:21 2026   9012 /sbin/launchd",
      "  501     1   501 S+   Mon Nov 23 05:01:02 2026 123456 node /Users/a b/ai-rules tui",
      "  777   501   501 Z+   Mon Nov 23 05:01:03 2026      0 (sh)",
      "",
    ].join("\n");

    expect(parsePs(output)).toEqual([
      {
        pid: 1,
        parent: 0,
        group: 1,
        startedAt: "Mon Nov 3 04:59:21 2026",
        residentBytes: 9012 * 1024,
        command: "/sbin/launchd",
      },
      {
        pid: 501,
        parent: 1,
        group: 501,
        startedAt: "Mon Nov 23 05:01:02 2026",
        residentBytes: 123456 * 1024,
        command: "node /Users/a b/ai-rules tui",
      },
    ]);
  });
});
