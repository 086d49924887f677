/**
 * A terminal that plays the outer tty: it takes the compositor's bytes and is read with the
 * documented methods of xterm.js, so that nothing of what is tested reads it.
 */
import type { IBufferCell, Terminal } from "@xterm/headless";
import { graphemeVersion } from "../../src/screen/grapheme-widths.ts";
import { loadXterm } from "../../src/screen/xterm-library.ts";

export type OuterScreen = {
  write(bytes: Uint8Array): void;
  resize(cols: number, rows: number): void;
  /** Everything that shows of a cell. */
  cell(x: number, y: number): string;
  /** The text of a row between two columns, without blanks at its end. */
  rowText(y: number, from?: number, to?: number): string;
  /** Lines that were scrolled off: a compositor never scrolls. */
  readonly scrolled: number;
  readonly cursor: { readonly x: number; readonly y: number; readonly visible: boolean };
};

export type OuterOptions = {
  readonly cols: number;
  readonly rows: number;
  /** "old" gives every emoji width 1, as terminals without grapheme clusters do. */
  readonly widths?: "graphemes" | "old";
};

export async function loadOuterScreen(): Promise<(options: OuterOptions) => OuterScreen> {
  const library = await loadXterm();
  return ({ cols, rows, widths }) => {
    const terminal = new library.Terminal({
      cols,
      rows,
      scrollback: 100,
      allowProposedApi: true,
      logLevel: "off",
    });
    if (widths !== "old") {
      terminal.unicode.register(library.widths);
      terminal.unicode.activeVersion = graphemeVersion;
    }
    return outerScreen(terminal);
  };
}

function outerScreen(terminal: Terminal): OuterScreen {
  const { buffer } = terminal;
  let scrolledByResize = 0;
  const cellAt = (x: number, y: number): IBufferCell | undefined =>
    buffer.active.getLine(buffer.active.baseY + y)?.getCell(x);
  return {
    write(bytes) {
      terminal.input("", true);
      terminal.write(bytes);
    },
    resize(cols, rows) {
      terminal.resize(cols, rows);
      scrolledByResize = buffer.active.baseY;
    },
    cell(x, y) {
      const cell = cellAt(x, y);
      return cell ? describeCell(cell) : "no cell";
    },
    rowText(y, from = 0, to = terminal.cols) {
      const line = buffer.active.getLine(buffer.active.baseY + y);
      return (line?.translateToString(false, from, to) ?? "").trimEnd();
    },
    get scrolled() {
      return buffer.active.baseY - scrolledByResize;
    },
    get cursor() {
      const { cursorX, cursorY } = buffer.active;
      return { x: cursorX, y: cursorY, visible: terminal.modes.showCursor };
    },
  };
}

/** A cell as text: what it shows, its width, colours and attributes. */
export function describeCell(cell: IBufferCell): string {
  const underline = cell.isUnderline()
    ? `underline ${cell.getUnderlineStyle() || 1} ${underlineColor(cell)}`
    : "";
  const flags = [
    cell.isBold() && "bold",
    cell.isDim() && "dim",
    cell.isItalic() && "italic",
    cell.isBlink() && "blink",
    cell.isInverse() && "inverse",
    cell.isInvisible() && "invisible",
    cell.isStrikethrough() && "strike",
    cell.isOverline() && "overline",
    underline,
  ].filter(Boolean);
  const text = cell.getChars() || (cell.getWidth() === 0 ? "" : " ");
  const foreground = colorText(cell.getFgColorMode(), cell.getFgColor());
  const background = colorText(cell.getBgColorMode(), cell.getBgColor());
  return `${JSON.stringify(text)} w${cell.getWidth()} fg ${foreground} bg ${background} ${flags.join(" ")}`;
}

function colorText(mode: number, color: number): string {
  const kind = mode >>> 24;
  return `${kind}:${kind === 0 ? 0 : color}`;
}

/** xterm.js reports the foreground where an underline has no colour of its own. */
function underlineColor(cell: IBufferCell): string {
  const kind = cell.getUnderlineColorMode() >>> 24;
  const color = cell.getUnderlineColor();
  const isOwn = kind !== 0 && color !== 0xffffff;
  return isOwn ? `${kind}:${color}` : "none";
}
