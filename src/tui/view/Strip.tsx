import { Box } from "ink";
import type { ReactElement } from "react";
import type { Size } from "./line.ts";
import { Rows } from "./Rows.tsx";
import type { StripView } from "./strip.ts";

type StripProps = { readonly view: StripView; readonly size: Size };

/** What can follow the prefix. */
export function Strip({ view, size }: StripProps): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows lines={view.lines} cols={size.cols - 2} />
    </Box>
  );
}
