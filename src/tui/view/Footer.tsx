import { Box } from "ink";
import type { ReactElement } from "react";
import type { FooterView } from "./footer.ts";
import type { Size } from "./line.ts";
import { Rows } from "./Rows.tsx";

type FooterProps = { readonly view: FooterView; readonly size: Size };

/** The last row of the screen. */
export function Footer({ view, size }: FooterProps): ReactElement {
  return (
    <Box flexDirection="column" paddingX={1}>
      <Rows lines={[view.line]} cols={size.cols - 2} />
    </Box>
  );
}
