import { wrapText } from "../../core/cell-text.ts";
import { printable } from "../../core/text.ts";
import { blank, type Line, line } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

/** A question to be answered with y or n. */
export function confirmView({ overlay, size }: OverlayRequest<"confirm">): OverlayView {
  const lines: readonly Line[] = [
    blank,
    ...overlay.confirm.details.flatMap((detail) => {
      return wrapText(printable(detail), size.cols).map((text) => line(text));
    }),
  ];
  return {
    type: "overlay",
    title: line(printable(overlay.confirm.question), "waiting"),
    lines: lines.slice(0, size.rows),
    keys: [
      { keys: "y", title: "yes" },
      { keys: "n", title: "no" },
    ],
    wanted: lines.length,
  };
}
