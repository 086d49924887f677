import { expect, it } from "vitest";
import { arrange } from "../../src/core/layout.ts";
import type { State } from "../../src/core/state.ts";
import { loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { createChrome, type ViewWorker } from "../../src/tui/chrome.ts";
import type { FromWorker, ToWorker } from "../../src/tui/view/protocol.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { sampleState } from "../fakes/sample-state.ts";

const createEmulator = await loadEmulator();

/** A chrome whose workers draw nothing; what they were sent, and a way to end the last of them. */
function open() {
  const clock = createManualClock();
  const posted: ToWorker[] = [];
  let tell: (message: FromWorker) => void = () => undefined;
  const startWorker = (): ViewWorker => ({
    post: (message) => posted.push(message),
    onMessage: (listener) => {
      tell = listener;
    },
    stop: async () => undefined,
  });
  const chrome = createChrome({
    clock,
    startWorker,
    createEmulator: (size) =>
      createEmulator({ ...size, scrollback: 0, colors: createHostColors() }),
    onDamage: () => undefined,
    onFailed: () => undefined,
    onStarted: () => undefined,
  });
  const show = (state: State): ToWorker | undefined => {
    chrome.show(state, arrange(state));
    clock.advance(100);
    return posted.at(-1);
  };
  const endWorker = () => {
    tell({ type: "ended", message: "gone" });
    return posted.at(-1);
  };
  return { show, endWorker };
}

it("sends a state whole to a new worker, and then what changed", () => {
  const { show, endWorker } = open();
  const state = sampleState();

  expect(show(state)).toMatchObject({ type: "snapshot", state });
  expect(show({ ...state, focus: "review" })).toMatchObject({
    type: "changes",
    changes: { changed: { focus: "review" }, gone: [] },
  });
  expect(endWorker()).toMatchObject({ type: "snapshot", state: { ...state, focus: "review" } });
});
