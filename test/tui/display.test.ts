import { expect, it } from "vitest";
import { arrange } from "../../src/core/layout.ts";
import { byMode } from "../../src/core/mode.ts";
import type { State } from "../../src/core/state.ts";
import { loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { createChrome } from "../../src/tui/chrome.ts";
import { createDisplay } from "../../src/tui/display.ts";
import { createPaneHost } from "../../src/tui/pane-host.ts";
import { createFakePtys } from "../fakes/fake-pty.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleState } from "../fakes/sample-state.ts";
import { loadOuterScreen } from "../screen/outer-screen.ts";

const createEmulator = await loadEmulator();
const createOuterScreen = await loadOuterScreen();

/** A screen with a program in the pane "plan" and a chrome that never draws. */
function open(first: State) {
  let state = first;
  const clock = createManualClock();
  const outer = createOuterScreen(first.screen);
  const ptys = createFakePtys();
  const emulatorOf = (size: { readonly cols: number; readonly rows: number }) =>
    createEmulator({ cols: size.cols, rows: size.rows, scrollback: 0, colors: createHostColors() });
  const host = createPaneHost({
    clock,
    spawnPty: ptys.spawn,
    sizes: byMode((mode) => arrange(first).panes[mode].content),
    createEmulator: (_, size) => emulatorOf(size),
    events: {
      onOutput: (mode, bytes) => display.paneChanged(mode, bytes),
      onFirstOutput: () => undefined,
      onExit: () => undefined,
    },
  });
  const silent = { post: () => undefined, onMessage: () => undefined, stop: async () => undefined };
  const chrome = createChrome({
    clock,
    startWorker: () => silent,
    createEmulator: emulatorOf,
    onDamage: () => undefined,
    onFailed: () => undefined,
    onStarted: () => display.layersChanged(),
  });
  const display = createDisplay({
    clock,
    state: () => state,
    host,
    chrome,
    colorDepth: "truecolor",
    ascii: false,
    write: (bytes, done) => {
      outer.write(bytes);
      done();
    },
  });
  const show = (next: State): void => {
    const previous = state === next ? undefined : state;
    state = next;
    display.stateChanged(next, previous);
    clock.advance(100);
  };
  show(first);
  host.spawn("plan", { file: "/bin/agent", args: [], cwd: "/", env: {} });
  const say = (text: string): void => {
    ptys.children[0]?.say(text);
    clock.advance(100);
  };
  return { outer, say, show };
}

const small = sampleState({ screen: { cols: 80, rows: 24 } });

it("hides the cursor under a panel that floats over the pane", () => {
  const { outer, say, show } = open(small);
  say("\x1b[5;60H");
  expect(outer.cursor).toEqual({ x: 59, y: 5, visible: true });

  show({ ...small, panel: "shown" });
  expect(outer.cursor.visible).toBe(false);

  say("\x1b[5;10H");
  expect(outer.cursor).toEqual({ x: 9, y: 5, visible: true });
});

it("hides the cursor under the which-key strip", () => {
  const { outer, say, show } = open(small);
  say("\x1b[20;3H");
  expect(outer.cursor.visible).toBe(true);

  show({ ...small, prefix: { since: 0, strip: true } });

  expect(outer.cursor.visible).toBe(false);
});

it("marks the tab of the focused mode", () => {
  const { outer, show } = open(small);
  expect(outer.rowText(0)).toMatch(/^▸1 plan .* │ 2 build .* │ 3 review /);

  show({ ...small, focus: "build" });

  expect(outer.rowText(0)).toMatch(/^ 1 plan .* │▸2 build .* │ 3 review /);
});
