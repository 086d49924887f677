import { defineConfig } from "vitest/config";

const shared = { globals: false, restoreMocks: true } as const;

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
        // The built program and real parts (Nix, OpenCode, tmux): one file at a time, they are heavy.
        test: {
          ...shared,
          name: "e2e",
          include: ["test/e2e/**/*.test.ts", "test/**/*.real.test.ts"],
          fileParallelism: false,
          // After the unit tests: real programs need the processors for themselves.
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
});
