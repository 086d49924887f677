/**
 * Rows of xterm.js as rows of ours. The buffer's own array is read where it has the known shape:
 * measured at 316x80 with every cell changed it takes a fifth off a frame, with nothing changed almost
 * half, against the documented cell methods, which are used otherwise.
 */
import type { IBufferCell, IBufferLine } from "@xterm/headless";
import {
  backgroundFlags,
  canonicalColor,
  cellWords,
  colorBits,
  contentBits,
  fillBlank,
  foregroundFlags,
  type RowBuffer,
  type Span,
  underlineStyleShift,
} from "./cell.ts";

// A border: fields of xterm.js that its typings do not have; `chooseRowReader` looks at their shape.
// oxlint-disable eslint/no-underscore-dangle, typescript/no-unsafe-type-assertion

/** BufferLine of @xterm/headless 6.1.0-beta.334. */
type RawLine = {
  readonly length: number;
  /** Three words a cell: content, foreground, background. */
  readonly _data: Uint32Array;
  readonly _combined: Readonly<Record<number, string>>;
  readonly _extendedAttrs: Readonly<Record<number, { readonly ext: number } | undefined>>;
};

const rawWords = 3;
/** In the background word: the cell has an underline style or colour. */
const hasExtended = 0x1000_0000;
/** What xterm.js stores for SGR 59: the default underline colour as -1, cut to 26 bits. */
const noUnderlineColor = colorBits.all;

export type RowReader = (line: IBufferLine, span: Span, into: RowBuffer) => void;

/** Chooses how rows are read, by a line as a sample. */
export function chooseRowReader(sample: IBufferLine | undefined): RowReader {
  return sample && rawLine(sample) ? readRaw : readDocumented;
}

function rawLine(line: IBufferLine): RawLine | undefined {
  const raw = line as Partial<RawLine>;
  const isKnown =
    raw._data instanceof Uint32Array &&
    raw._data.length === line.length * rawWords &&
    typeof raw._combined === "object" &&
    typeof raw._extendedAttrs === "object";
  return isKnown ? (raw as RawLine) : undefined;
}

function readRaw(line: IBufferLine, { from, to, at }: Span, into: RowBuffer): void {
  const raw = line as unknown as RawLine;
  const { words, clusters } = into;
  const data = raw._data;
  const end = Math.min(to, raw.length);
  let target = at * cellWords;
  for (let x = from, source = from * rawWords; x < end; x++, source += rawWords) {
    let content = data[source] ?? 0;
    const foreground = data[source + 1] ?? 0;
    const background = data[source + 2] ?? 0;
    if (content & contentBits.cluster)
      content = withCluster(content, clusters.contentOf(raw._combined[x] ?? " "));
    else if ((content & contentBits.text) === 0 && content !== 0) content |= 0x20;
    words[target] = content;
    words[target + 1] = ((foreground & foregroundFlags.all) | canonicalColor(foreground)) >>> 0;
    words[target + 2] = (background & backgroundFlags.all) | canonicalColor(background);
    words[target + 3] =
      foreground & foregroundFlags.underline
        ? underlineWord(background & hasExtended ? raw._extendedAttrs[x]?.ext : undefined)
        : 0;
    if (background & hasExtended) markStyled(words, target, raw._extendedAttrs[x]?.ext ?? 0);
    target += cellWords;
  }
  fillBlank(words, at + Math.max(0, end - from), at + to - from);
}

/**
 * xterm.js calls a cell underlined that has an underline style but not the flag, and gives it a
 * single line (its `isUnderline` and `getUnderlineStyle`); some clusters are left like that.
 */
function markStyled(words: Uint32Array, target: number, ext: number): void {
  const foreground = words[target + 1] ?? 0;
  if (foreground & foregroundFlags.underline || !((ext >>> underlineStyleShift) & 7)) return;
  words[target + 1] = (foreground | foregroundFlags.underline) >>> 0;
  words[target + 3] = underlineWord(ext & colorBits.all);
}

function withCluster(content: number, cluster: number): number {
  return (content & ~contentBits.text) | cluster;
}

function underlineWord(ext: number | undefined): number {
  if (ext === undefined) return 1 << underlineStyleShift;
  const color = ext & colorBits.all;
  const style = (ext >>> underlineStyleShift) & 7 || 1;
  return (style << underlineStyleShift) | (color === noUnderlineColor ? 0 : canonicalColor(color));
}

function readDocumented(line: IBufferLine, { from, to, at }: Span, into: RowBuffer): void {
  const { words } = into;
  const end = Math.min(to, line.length);
  let target = at * cellWords;
  let cell: IBufferCell | undefined;
  for (let x = from; x < end; x++) {
    cell = line.getCell(x, cell);
    if (!cell) break;
    words[target] = documentedContent(cell, into);
    words[target + 1] = documentedForeground(cell);
    words[target + 2] = documentedBackground(cell);
    words[target + 3] = cell.isUnderline() ? documentedUnderline(cell) : 0;
    target += cellWords;
  }
  fillBlank(words, at + Math.max(0, end - from), at + to - from);
}

function documentedContent(cell: IBufferCell, { clusters }: RowBuffer): number {
  const width = cell.getWidth();
  const text = cell.getChars();
  if (text === "") return width === 0 ? 0 : 0x20 | (width << contentBits.widthShift);
  const code = text.length === 1 ? text.charCodeAt(0) : clusters.contentOf(text);
  return code | (width << contentBits.widthShift);
}

function documentedForeground(cell: IBufferCell): number {
  let word = documentedColor(cell.getFgColorMode(), cell.getFgColor());
  if (cell.isInverse()) word |= foregroundFlags.inverse;
  if (cell.isBold()) word |= foregroundFlags.bold;
  if (cell.isUnderline()) word |= foregroundFlags.underline;
  if (cell.isBlink()) word |= foregroundFlags.blink;
  if (cell.isInvisible()) word |= foregroundFlags.invisible;
  if (cell.isStrikethrough()) word |= foregroundFlags.strike;
  return word >>> 0;
}

function documentedBackground(cell: IBufferCell): number {
  let word = documentedColor(cell.getBgColorMode(), cell.getBgColor());
  if (cell.isItalic()) word |= backgroundFlags.italic;
  if (cell.isDim()) word |= backgroundFlags.dim;
  if (cell.isOverline()) word |= backgroundFlags.overline;
  return word;
}

/** Without a colour of its own xterm.js reports the foreground as the underline's. */
function documentedUnderline(cell: IBufferCell): number {
  const style = (cell.getUnderlineStyle() || 1) << underlineStyleShift;
  const color = documentedColor(cell.getUnderlineColorMode(), cell.getUnderlineColor());
  const isForeground = color === documentedColor(cell.getFgColorMode(), cell.getFgColor());
  return isForeground || color === noUnderlineColor ? style : style | color;
}

/** The default colour is reported as -1. */
function documentedColor(kind: number, color: number): number {
  return kind === 0 ? 0 : canonicalColor(kind | color);
}
