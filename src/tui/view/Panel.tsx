import { Box } from "ink";
import type { ReactElement } from "react";
import type { PanelView } from "./panel.ts";
import { Rows } from "./Row.tsx";

/** The side panel: project, environment, agents. */
export function Panel({ view }: { readonly view: PanelView }): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows lines={view.lines} />
    </Box>
  );
}
