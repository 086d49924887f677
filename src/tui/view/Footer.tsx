import { Box } from "ink";
import type { ReactElement } from "react";
import type { FooterView } from "./footer.ts";
import { Row } from "./Row.tsx";

/** The last row of the screen. */
export function Footer({ view }: { readonly view: FooterView }): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Row line={view.line} />
    </Box>
  );
}
