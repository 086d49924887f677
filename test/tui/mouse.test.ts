import { describe, expect, it } from "vitest";
import { arrange } from "../../src/core/layout.ts";
import type { AgentMode } from "../../src/core/mode.ts";
import type { State } from "../../src/core/state.ts";
import { update } from "../../src/core/update.ts";
import { createInputParser } from "../../src/keys/input-parser.ts";
import type { TerminalModes } from "../../src/screen/emulator.ts";
import { createMouse } from "../../src/tui/mouse.ts";
import { placeTabs } from "../../src/tui/tabs.ts";
import { shownTop } from "../../src/tui/view/shown-top.ts";
import { sampleNow as now, sampleState } from "../fakes/sample-state.ts";

/** All that a program can ask for of the mouse. */
const wanting: TerminalModes = {
  applicationCursor: false,
  applicationKeypad: false,
  bracketedPaste: false,
  mouseTracking: "any",
  mouseEncoding: "sgr",
  focusEvents: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
  synchronizedOutput: false,
  alternateScreen: false,
  colorSchemeUpdates: false,
  inBandResize: false,
};

/** Mouse reports of the outer terminal, and what they lead to. */
function drive(initial: State, modes: Partial<TerminalModes> = {}) {
  const written: string[] = [];
  const scrolled: string[] = [];
  let state = initial;
  const parser = createInputParser();
  const handle = createMouse({
    state: () => state,
    scene: () => arrange(state),
    dispatch: (happening) => {
      [state] = update(state, { ...happening, now });
    },
    modes: () => ({ ...wanting, ...modes }),
    isRunning: () => true,
    shownTop: () => shownTop(state, arrange(state)),
    write: (mode, data) => written.push(`${mode} ${String(data).replace("\u001B[", "")}`),
    scroll: (mode, lines) => scrolled.push(`${mode} ${lines}`),
  });
  /** A report of the button at a cell that counts from 0; `final` is M when pressed, m when released. */
  const report = (button: number, [x, y]: readonly [number, number], final = "M"): void => {
    for (const event of parser.feed(Buffer.from(`\u001B[<${button};${x + 1};${y + 1}${final}`)))
      if (event.type === "mouse") handle(event);
  };
  return { report, written, scrolled, focus: (): AgentMode => state.focus, state: () => state };
}

/** A cell of a pane's content, counted from its top left corner. */
function within(state: State, mode: AgentMode, [x, y]: readonly [number, number]) {
  const { content } = arrange(state).panes[mode];
  return [content.x + x, content.y + y] as const;
}

const columns = sampleState();
const stack = sampleState({ screen: { cols: 140, rows: 40 } });
const tabs = sampleState({ screen: { cols: 100, rows: 30 } });

describe("the mouse", () => {
  it("focuses the pane it presses on, which gets the press too", () => {
    const { report, written, focus } = drive(columns);

    report(0, within(columns, "build", [3, 5]));
    report(0, within(columns, "build", [3, 5]), "m");

    expect(focus()).toBe("build");
    expect(written).toEqual(["build <0;4;6M", "build <0;4;6m"]);
  });

  it("only focuses a pane that moves by that: the press was meant for another place of it", () => {
    const { report, written, focus } = drive(stack);
    const cell = within(stack, "review", [3, 5]);

    report(0, cell);
    report(32, cell);
    report(0, cell, "m");

    expect(focus()).toBe("review");
    expect(written).toEqual([]);
    report(0, [10, 10]);
    expect(written).toEqual(["review <0;11;10M"]);
  });

  it("focuses by a title and sends the press to nobody", () => {
    const { report, written, focus } = drive(stack);
    const { frame } = arrange(stack).panes.review;

    report(0, [frame.x + 3, frame.y]);
    report(0, [frame.x + 3, frame.y], "m");

    expect(focus()).toBe("review");
    expect(written).toEqual([]);
  });

  it.each(["plan", "build", "review"] as const)("focuses %s by its tab", (mode) => {
    const area = arrange(tabs).tabs;
    const tab = area && placeTabs(tabs, area).find((each) => each.mode === mode);
    const { report, focus } = drive({ ...tabs, focus: mode === "plan" ? "build" : "plan" });

    report(0, [(tab?.rect.x ?? 0) + 2, 0]);

    expect(focus()).toBe(mode);
  });

  it("leaves the focus when the row of tabs is pressed beside them", () => {
    const { report, focus } = drive(tabs);

    report(0, [99, 0]);

    expect(focus()).toBe("plan");
  });

  it("keeps a drag with the pane it began in", () => {
    const { report, written } = drive(columns);

    report(0, within(columns, "plan", [3, 5]));
    report(32, within(columns, "build", [3, 6]));
    report(0, within(columns, "build", [3, 7]), "m");

    const { cols } = arrange(columns).panes.plan.content;
    expect(written).toEqual([`plan <0;4;6M`, `plan <32;${cols};7M`, `plan <0;${cols};8m`]);
  });

  it("scrolls what has no use for the wheel, without focusing it", () => {
    const { report, scrolled, focus } = drive(columns, { mouseTracking: "none" });

    report(64, within(columns, "build", [3, 5]));

    expect(scrolled).toEqual(["build -3"]);
    expect(focus()).toBe("plan");
  });

  it("scrolls what is open over the panes from where it stands", () => {
    const overlay = {
      type: "help",
      filter: "",
      typing: false,
      top: Number.MAX_SAFE_INTEGER,
    } as const;
    const opened = { ...tabs, screen: { cols: 100, rows: 15 }, overlay };
    const end = shownTop(opened, arrange(opened)) ?? 0;
    const { report, written, state } = drive(opened);

    report(64, [20, 5]);

    expect(end).toBeGreaterThan(1);
    expect(state().overlay).toMatchObject({ top: end - 1 });
    expect(written).toEqual([]);
  });

  it("turns the wheel into arrow keys on an alternate screen", () => {
    const modes = { mouseTracking: "none", alternateScreen: true } as const;
    const { report, written } = drive(columns, modes);

    report(65, within(columns, "build", [3, 5]));

    expect(written).toEqual(["build B\u001B[B\u001B[B"]);
  });
});
