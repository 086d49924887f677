import { expect, it } from "vitest";
import { unlessBusy } from "../../src/nix/busy-store.ts";

const busy = "error: SQLite database '/nix/var/nix/db/db.sqlite' is busy";
const raced = "error: creating symlink from '/nix/var/nix/gcroots/auto/x' to '/tmp/x': File exists";
const halfWritten = "error: '/nix/var/nix/db/schema' is corrupt";

/** Runs what says these words, one after the other; undefined for a success. */
async function tried(...words: readonly (string | undefined)[]) {
  const left = [...words];
  const waits: number[] = [];
  const result = await unlessBusy(
    async () => ({ words: left.shift() }),
    (each) => each.words,
    {
      delaysMs: [50, 100],
      wait: async (ms) => {
        waits.push(ms);
      },
    },
  );
  return { words: result.words, waits };
}

it.each([
  ["a success", [undefined], { words: undefined, waits: [] }],
  ["another fault", ["error: boom"], { words: "error: boom", waits: [] }],
  ["a busy database", [busy, undefined], { words: undefined, waits: [50] }],
  ["a root that another one made", [raced, undefined], { words: undefined, waits: [50] }],
  ["a schema that is half written", [halfWritten, undefined], { words: undefined, waits: [50] }],
  ["a fault after that", [busy, "error: boom"], { words: "error: boom", waits: [50] }],
  ["one that stays busy", [busy, busy, busy], { words: busy, waits: [50, 100] }],
])("tries again only what another Nix was in the way of: %s", async (_, words, expected) => {
  expect(await tried(...words)).toEqual(expected);
});
