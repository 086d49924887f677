import { agentModes } from "../core/mode.ts";
import type { State } from "../core/state.ts";
import type { Screen } from "../project/screen-requests.ts";
import type { Display } from "./display.ts";
import type { PaneHost } from "./pane-host.ts";

type Sources = {
  readonly display: Pick<Display, "screenText">;
  readonly host: Pick<PaneHost, "emulator">;
  readonly state: () => State;
};

/** The whole terminal as it is drawn, and the pane of each mode, shown or not. */
export function screensOf({ display, host, state }: Sources): readonly Screen[] {
  const { cols, rows } = state().screen;
  return [
    { name: "all", cols, rows, text: display.screenText() },
    ...agentModes.map((name) => {
      const emulator = host.emulator(name);
      return { name, cols: emulator.cols, rows: emulator.rows, text: emulator.screenText() };
    }),
  ];
}
