import { describe, expect, it } from "vitest";
import type { Overlay } from "../../../src/core/state.ts";
import { overlaySize, overlayView } from "../../../src/tui/view/overlay.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleHints } from "../../fakes/sample-hints.ts";
import { readyEnvironment, sampleState } from "../../fakes/sample-state.ts";

const help = { type: "help", filter: "", typing: false, top: 0 } as const;

function draw(overlay: Overlay, size: { cols: number; rows: number }): string {
  return drawnText({ id: "overlay", state: sampleState({ overlay }), size });
}

describe("help", () => {
  it("lists all keys in groups", () => {
    expect(draw(help, { cols: 60, rows: 16 })).toBe(
      `╭──────────────────────────────────────────────────────────╮
│ keys                                                   8 │
│ focus                                                    │
│   alt+1, ctrl+o 1  focus plan                            │
│   alt+2, ctrl+o 2  focus build                           │
│   ctrl+o n         next pane that waits for me           │
│ agent                                                    │
│   ctrl+o r         restart this mode, conversation kept  │
│   ctrl+o R         restart all modes                     │
│ layout                                                   │
│   ctrl+o z         zoom the focused pane                 │
│ ai-rules                                                 │
│   ctrl+o E         environment: state, hook output, rel… │
│   ctrl+o q         quit                                  │
│ j k scroll  / filter  esc close                          │
╰──────────────────────────────────────────────────────────╯`,
    );
  });

  it("keeps the rows that hold every word of the filter", () => {
    expect(draw({ ...help, filter: "restart all", typing: true }, { cols: 60, rows: 6 })).toBe(
      `╭──────────────────────────────────────────────────────────╮
│ keys / restart all                                       │
│ agent                                                    │
│   ctrl+o R         restart all modes                     │
│ enter keep  esc all keys                                 │
╰──────────────────────────────────────────────────────────╯`,
    );
  });

  it("says so when no key matches", () => {
    expect(draw({ ...help, filter: "zzz" }, { cols: 60, rows: 8 })).toContain("no key does that");
  });

  it("scrolls to the end and no further", () => {
    const text = draw({ ...help, top: Number.MAX_SAFE_INTEGER }, { cols: 60, rows: 7 });

    expect(text).toContain("│ ai-rules ");
    expect(text).toContain("ctrl+o q         quit");
  });
});

describe("the palette", () => {
  it("lists what matches, with its keys, the selected action marked", () => {
    expect(draw({ type: "palette", query: "re", selected: 1 }, { cols: 60, rows: 10 })).toBe(
      `╭──────────────────────────────────────────────────────────╮
│ : re                                                     │
│   focus review                                  ctrl+o x │
│ ▸ restart this mode, conversation kept          ctrl+o x │
│   restart all modes                             ctrl+o R │
│   mouse capture on / off                        ctrl+o x │
│   send the prefix itself                        ctrl+o x │
│   environment: state, hook output, reload       ctrl+o E │
│ enter do it  up down select  esc close                   │
╰──────────────────────────────────────────────────────────╯`,
    );
  });

  it("keeps the selected action in sight", () => {
    const text = draw({ type: "palette", query: "", selected: 25 }, { cols: 60, rows: 8 });

    expect(text).toContain("▸ quit");
  });

  it("says so when nothing matches", () => {
    const text = draw({ type: "palette", query: "zzz", selected: 0 }, { cols: 60, rows: 8 });

    expect(text).toContain("nothing does that");
  });
});

describe("the log", () => {
  const lines = Array.from({ length: 9 }, (_, index) => `line ${index + 1}`);

  it("shows a page and where it stands", () => {
    expect(draw({ type: "log", lines, top: 3 }, { cols: 48, rows: 7 })).toBe(
      `╭──────────────────────────────────────────────╮
│ log                                      4/9 │
│ line 4                                       │
│ line 5                                       │
│ line 6                                       │
│ j k g G scroll  r read again  esc close      │
╰──────────────────────────────────────────────╯`,
    );
  });

  it("says so when nothing was logged", () => {
    expect(draw({ type: "log", lines: [], top: 0 }, { cols: 60, rows: 7 })).toContain(
      "nothing was logged",
    );
  });
});

describe("the environment", () => {
  it("shows where it comes from and what the hook printed", () => {
    const environment = readyEnvironment({ hookOutput: "\u001B[32mhello\u001B[0m\r\nthere\n" });
    const state = sampleState({ environment, overlay: { type: "environment", top: 0 } });

    expect(drawnText({ id: "overlay", state, size: { cols: 60, rows: 11 } })).toBe(
      `╭──────────────────────────────────────────────────────────╮
│ environment                                              │
│ nix, cached · default                                    │
│ evaluated 14:02                                          │
│ 42 variables added or changed                            │
│                                                          │
│ the shell hook printed:                                  │
│ hello                                                    │
│ there                                                    │
│ j k g G scroll  r evaluate again  esc close              │
╰──────────────────────────────────────────────────────────╯`,
    );
  });

  it("shows a problem with its place, its remedy and its trace", () => {
    const problem = {
      code: "nix/eval-failed",
      message: "nix could not evaluate ./flake.nix",
      remedy: "add the missing bracket",
      position: { file: "/home/ada/shop/flake.nix", line: 3, column: 4 },
      detail: "error: syntax error",
    } as const;
    const environment = readyEnvironment({ problem, hookOutput: "" });
    const state = sampleState({ environment, overlay: { type: "environment", top: 0 } });

    const text = drawnText({ id: "overlay", state, size: { cols: 60, rows: 20 } });

    expect(text.replaceAll(/ *│\n│ /g, "\n")).toContain(
      "nix could not evaluate ./flake.nix\nflake.nix:3:4\nfix: add the missing bracket\nerror: syntax error",
    );
  });
});

describe("a question", () => {
  it("shows what follows from yes", () => {
    const overlay: Overlay = {
      type: "confirm",
      confirm: {
        deed: "quit",
        mode: "plan",
        question: "Quit while build works?",
        details: ["Stops: build."],
      },
    };

    expect(draw(overlay, { cols: 40, rows: 6 })).toBe(
      `╭──────────────────────────────────────╮
│ Quit while build works?              │
│                                      │
│ Stops: build.                        │
│ y yes  n no                          │
╰──────────────────────────────────────╯`,
    );
  });
});

describe("an overlay's size", () => {
  const room = { cols: 200, rows: 50 };

  it("follows its content and is at most the room", () => {
    const state = sampleState({ overlay: help });

    expect(overlaySize(state, room, sampleHints)).toEqual({ cols: 72, rows: 16 });
    expect(overlaySize(state, { cols: 50, rows: 9 }, sampleHints)).toEqual({ cols: 50, rows: 9 });
  });

  it("does not change while a filter or a query is typed", () => {
    const filtered = sampleState({ overlay: { ...help, filter: "quit" } });

    expect(overlaySize(filtered, room, sampleHints)).toEqual({ cols: 72, rows: 16 });
  });

  it("is all of the room for the log", () => {
    const state = sampleState({ overlay: { type: "log", lines: [], top: 0 } });

    expect(overlaySize(state, room, sampleHints)).toEqual({ cols: 160, rows: 50 });
  });

  it("goes with the line at which a reader really stands", () => {
    const lines = ["one", "two", "three"];
    const state = sampleState({ overlay: { type: "log", lines, top: Number.MAX_SAFE_INTEGER } });

    expect(overlayView(state, { cols: 40, rows: 6 }, sampleHints)?.top).toBe(1);
  });
});
