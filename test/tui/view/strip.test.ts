import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../../src/core/settings.ts";
import { hintsOf } from "../../../src/tui/view/hints.ts";
import { stripRows } from "../../../src/tui/view/strip.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import { sampleHints } from "../../fakes/sample-hints.ts";
import { sampleState } from "../../fakes/sample-state.ts";

function strip(cols: number, rows = stripRows(cols, sampleHints)): string {
  return drawnText({ id: "strip", state: sampleState(), size: { cols, rows } });
}

describe("the which-key strip", () => {
  it("fills columns from the top", () => {
    expect(strip(100)).toBe(
      ` 1 focus plan                             R restart all modes
 2 focus build                            z zoom the focused pane
 n next pane that waits for me            E environment: state, hook output, reload
 r restart this mode, conversation kept   q quit
 ctrl+o and then? esc cancels`,
    );
  });

  it("is one column where there is no room for two", () => {
    expect(strip(50).split("\n")).toHaveLength(9);
  });

  it("has room for all keys in a terminal of 80x24", () => {
    const hints = hintsOf(defaultSettings.keys);
    const size = { cols: 80, rows: stripRows(80, hints) };
    const shown = drawnText({ id: "strip", state: sampleState(), size, hints });

    expect(size.rows).toBeLessThanOrEqual(12);
    for (const { keys, title } of hints.whichKey) expect(shown).toContain(`${keys} ${title}`);
  });

  it("says how to leave also when it is cut", () => {
    expect(strip(50, 3)).toBe(" 1 focus plan\n 2 focus build\n ctrl+o and then? esc cancels");
  });
});
