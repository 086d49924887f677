import { defineConfig } from "vitest/config";

const shared = { globals: false, restoreMocks: true } as const;
const heavy = { ...shared, testTimeout: 120_000, hookTimeout: 120_000 } as const;

export default defineConfig({
  test: {
    reporters: ["default", "./test/closing-line.ts"],
    projects: [
      {
        test: {
          ...shared,
          name: "unit",
          // A wait for a condition gives up after 10 s and says what it saw; it must come to that.
          testTimeout: 15_000,
          include: ["test/**/*.test.{ts,tsx}"],
          exclude: ["test/e2e/**", "test/**/*.real.test.ts"],
        },
      },
      {
        // Real parts (Nix, OpenCode, tmux): each waits for its programs half of the time.
        test: {
          ...heavy,
          name: "real",
          include: ["test/**/*.real.test.ts"],
          maxWorkers: 2,
          // After the unit tests: real programs need the processors for themselves.
          sequence: { groupOrder: 1 },
        },
      },
      {
        // The built program in a terminal, which is to be quick: one file at a time.
        test: {
          ...heavy,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
