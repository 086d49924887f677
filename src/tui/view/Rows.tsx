import { Box, Text, Transform } from "ink";
import type { ReactElement } from "react";
import { drawnLine } from "./drawn-line.ts";
import type { Line } from "./line.ts";
import { useTheme } from "./use-theme.ts";

type RowsProps = { readonly lines: readonly Line[]; readonly cols: number };

/**
 * Lines below each other: exactly one row each, in so many columns. Ink places the block and gets
 * the finished rows at the end: measuring and cutting each span itself, it took 20 ms for a list
 * (measured on Ink 8.0.0).
 */
export function Rows({ lines, cols }: RowsProps): ReactElement {
  const theme = useTheme();
  return (
    <Box height={lines.length} flexShrink={0}>
      <Transform transform={(_, row) => drawnLine(lines[row] ?? { left: [] }, cols, theme)}>
        <Text>{lines.map(() => " ").join("\n")}</Text>
      </Transform>
    </Box>
  );
}
