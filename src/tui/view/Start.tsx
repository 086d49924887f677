import { Box } from "ink";
import type { ReactElement } from "react";
import type { Size } from "./line.ts";
import { Rows } from "./Rows.tsx";
import type { StartView } from "./start.ts";

type StartProps = { readonly view: StartView; readonly size: Size };

/** What stands in the place of the panes until the environment is ready. */
export function Start({ view, size }: StartProps): ReactElement {
  return (
    <Box height={size.rows} alignItems="center" justifyContent="center">
      <Box width={view.cols} flexDirection="column" flexShrink={0}>
        <Rows lines={view.lines} cols={view.cols} />
      </Box>
    </Box>
  );
}
