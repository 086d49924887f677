import { Box } from "ink";
import type { ReactElement } from "react";
import type { KeyHint } from "./hints.ts";
import { type Line, type Size, span } from "./line.ts";
import { overlayFrame } from "./overlay.ts";
import type { OverlayView } from "./overlay-view.ts";
import { Rows } from "./Rows.tsx";
import { useTheme } from "./use-theme.ts";

type OverlayProps = { readonly view: OverlayView; readonly size: Size };

/** What covers the panes, in a frame of its own: title, lines, and the keys at the bottom. */
export function Overlay({ view, size }: OverlayProps): ReactElement {
  const theme = useTheme();
  const cols = Math.max(0, size.cols - overlayFrame.cols);
  return (
    <Box
      width={size.cols}
      height={size.rows}
      flexShrink={0}
      borderStyle={theme.border}
      flexDirection="column"
      paddingX={1}
      overflow="hidden"
    >
      <Rows lines={[view.title]} cols={cols} />
      <Box flexGrow={1} flexShrink={1} flexDirection="column" overflow="hidden">
        <Rows lines={view.lines} cols={cols} />
      </Box>
      <Rows lines={[keysLine(view.keys)]} cols={cols} />
    </Box>
  );
}

function keysLine(keys: readonly KeyHint[]): Line {
  return {
    left: keys.flatMap((hint, index) => [
      span(index === 0 ? hint.keys : `  ${hint.keys}`, "key"),
      span(` ${hint.title}`, "dim"),
    ]),
  };
}
