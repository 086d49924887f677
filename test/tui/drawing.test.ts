import { describe, expect, it } from "vitest";
import { bannerText } from "../../src/tui/drawing.ts";
import { samplePane } from "../fakes/sample-state.ts";

const problem = {
  code: "pane/not-started",
  message: "plan: \u001b[2Jcommand\nmissing",
  remedy: "install it",
} as const;

describe("the words over a pane without a process", () => {
  it("say what failed and what to do, and cannot move the cursor", () => {
    const pane = samplePane("plan", { process: { type: "failed", at: 0, problem } });

    expect(bannerText(pane, "ctrl+o")).toBe("plan: command missing · install it · then ctrl+o r");
  });

  it("say how it ended, for how long it ran and the key", () => {
    const exited = { type: "exited", at: 0, ranFor: 5000, byHand: false } as const;
    const text = (change: object) =>
      bannerText(
        samplePane("plan", { process: { ...exited, exit: { code: 3 }, ...change } }),
        "^o",
      );

    expect(text({})).toBe("exited 3 after 5s · ^o r starts it again");
    expect(text({ exit: { signal: "SIGKILL" }, retryAt: 1 })).toBe(
      "killed by SIGKILL after 5s · it starts again by itself",
    );
    expect(text({ byHand: true })).toBe("stopped after 5s · ^o r starts it again");
  });

  it("are none while it runs", () => {
    const process = { type: "running", since: 0, pid: 1 } as const;

    expect(bannerText(samplePane("plan", { process }), "ctrl+o")).toBeUndefined();
  });
});
