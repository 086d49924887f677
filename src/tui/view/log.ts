import { printable } from "../../core/text.ts";
import { span } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";
import { pageAt, placeSpans, type ReaderLine } from "./reader.ts";

/** The program's own log, newest last. */
export function logView({ overlay, size }: OverlayRequest<"log">): OverlayView {
  const text = overlay.lines.length === 0 ? [nothing] : overlay.lines.map(readerLine);
  const page = pageAt(text, overlay.top, size);
  return {
    type: "overlay",
    title: { left: [span("log", "strong")], right: placeSpans(page, text.length) },
    lines: page.lines,
    keys: [
      { keys: "j k g G", title: "scroll" },
      { keys: "r", title: "read again" },
      { keys: "esc", title: "close" },
    ],
    top: page.top,
    wanted: Number.MAX_SAFE_INTEGER,
  };
}

const nothing: ReaderLine = { text: "nothing was logged", meaning: "dim" };

function readerLine(text: string): ReaderLine {
  return { text: printable(text), meaning: "plain" };
}
