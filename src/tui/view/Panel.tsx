import { Box } from "ink";
import type { ReactElement } from "react";
import type { Size } from "./line.ts";
import type { PanelView } from "./panel.ts";
import { Rows } from "./Rows.tsx";

type PanelProps = { readonly view: PanelView; readonly size: Size };

/** The side panel: project, environment, agents. */
export function Panel({ view, size }: PanelProps): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows lines={view.lines} cols={size.cols - 2} />
    </Box>
  );
}
