import { renderToString } from "ink";
import type { State } from "../../src/core/state.ts";
import type { Hints } from "../../src/tui/view/hints.ts";
import type { Size } from "../../src/tui/view/line.ts";
import { SurfaceRoot } from "../../src/tui/view/SurfaceRoot.tsx";
import { surfaceView } from "../../src/tui/view/surface-view.ts";
import type { SurfaceId } from "../../src/tui/view/surfaces.ts";
import { type Capabilities, createTheme } from "../../src/tui/view/theme.ts";
import { ThemeContext } from "../../src/tui/view/use-theme.ts";
import { sampleHints } from "./sample-hints.ts";

export type Drawn = {
  readonly id: SurfaceId;
  readonly state: State;
  readonly size: Size;
  readonly hints?: Hints;
};

const modern: Capabilities = { ascii: false, color: true };

/** The frame of one surface as Ink draws it, with its SGR sequences. */
export function drawnFrame(drawn: Drawn, capabilities = modern): string {
  const { id, state, size, hints = sampleHints } = drawn;
  const view = surfaceView({ id, state, size, hints });
  if (view === undefined) return "";
  const theme = createTheme(capabilities);
  const frame = renderToString(
    <ThemeContext value={theme}>
      <SurfaceRoot view={view} size={size} />
    </ThemeContext>,
    { columns: size.cols },
  );
  return theme.frame(frame);
}

/** The rows of a frame as text, without colours and without spaces at their ends. */
export function drawnRows(drawn: Drawn, capabilities?: Capabilities): readonly string[] {
  return drawnFrame(drawn, capabilities)
    .replace(/\u001B\[[\d;]*m/g, "")
    .split("\n")
    .map((row) => row.trimEnd());
}

/** The rows of a surface up to the last one that is not empty, boxed in by nothing. */
export function drawnText(drawn: Drawn, capabilities?: Capabilities): string {
  return drawnRows(drawn, capabilities).join("\n").trimEnd();
}
