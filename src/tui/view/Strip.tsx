import { Box } from "ink";
import type { ReactElement } from "react";
import { Rows } from "./Row.tsx";
import type { StripView } from "./strip.ts";

/** What can follow the prefix. */
export function Strip({ view }: { readonly view: StripView }): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows lines={view.lines} />
    </Box>
  );
}
