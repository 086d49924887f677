/** What the outer terminal must show for some layers, worked out cell by cell and without haste. */
import type { Rect } from "../../src/core/rect.ts";
import { contains } from "../../src/core/rect.ts";
import {
  backgroundFlags,
  type CellSource,
  cellWords,
  colorBits,
  contentBits,
  fillBlank,
  foregroundFlags,
  underlineStyleShift,
} from "../../src/screen/cell.ts";
import { type Clusters, createClusters } from "../../src/screen/clusters.ts";
import { isPrintable } from "../../src/screen/printable.ts";

export type TestLayer = { readonly id: string; readonly rect: Rect; readonly source: CellSource };

type Owned = { readonly owner: string; readonly cell: string };

/** The cell that must show at a place, with the layer it belongs to ("" for none). */
export function expectedRow(
  layers: readonly TestLayer[],
  y: number,
  cols: number,
): readonly Owned[] {
  const rows = new Map(layers.map((layer) => [layer.id, readRow(layer, y, cols)]));
  const owner = (x: number): string =>
    layers.findLast((layer) => contains(layer.rect, x, y))?.id ?? "";
  return Array.from({ length: cols }, (_, x) => {
    const row = rows.get(owner(x));
    if (!row) return { owner: "", cell: blank };
    const cell = row.cellAt(x);
    const isCut =
      (cell.width === 2 &&
        (x + 1 >= cols || owner(x + 1) !== owner(x) || row.cellAt(x + 1).width !== 0)) ||
      (cell.width === 0 && (x === 0 || owner(x - 1) !== owner(x) || row.cellAt(x - 1).width !== 2));
    const plain = (styled: number): Owned => ({
      owner: owner(x),
      cell: row.describe(styled, { text: " ", width: 1 }),
    });
    if (isCut) return plain(x);
    if (cell.width === 2 && cell.text === " ") return plain(x);
    if (cell.width === 2 && halfFlag.test(cell.text))
      return { owner: owner(x), cell: row.describe(x, { ...cell, width: 1 }) };
    if (cell.width === 0 && isDrawnNarrow(row.cellAt(x - 1).text)) return plain(x - 1);
    const styled = cell.width === 0 ? x - 1 : x;
    return { owner: owner(x), cell: row.describe(styled, cell) };
  });
}

/** xterm.js gives half a flag two cells where a line ended within it; as output it has one. */
const halfFlag = /^\p{RI}$/u;

function isDrawnNarrow(text: string): boolean {
  return text === " " || halfFlag.test(text);
}

type Shown = { readonly text: string; readonly width: number };

type Row = { cellAt(x: number): Shown; describe(styledAs: number, shown: Shown): string };

const blank = '" " w1 fg 0:0 bg 0:0 ';

function readRow({ rect, source }: TestLayer, y: number, cols: number): Row {
  const clusters = createClusters();
  const words = new Uint32Array(Math.max(cols, rect.cols) * cellWords);
  fillBlank(words, 0, words.length / cellWords);
  source.copyRow(y - rect.y, { from: 0, to: rect.cols, at: 0 }, { words, clusters });
  const at = (x: number): number => (x - rect.x) * cellWords;
  return {
    cellAt: (x) => shownOf(words[at(x)] ?? 0, clusters),
    describe(styledAs, { text, width }) {
      const [foreground = 0, background = 0, underline = 0] = words.subarray(
        at(styledAs) + 1,
        at(styledAs) + 4,
      );
      const flags = flagNames(foreground, background, underline).join(" ");
      return `${JSON.stringify(text)} w${width} fg ${colorText(foreground)} bg ${colorText(background)} ${flags}`;
    },
  };
}

function shownOf(content: number, clusters: Clusters): Shown {
  const width = content >>> contentBits.widthShift;
  const code = content & contentBits.codePoint;
  if (content & contentBits.cluster) return { text: clusters.textOf(code), width };
  if (width === 0) return { text: "", width };
  return isPrintable(code) ? { text: String.fromCodePoint(code), width } : { text: " ", width };
}

function colorText(word: number): string {
  const kind = (word & colorBits.kind) >>> 24;
  return `${kind}:${kind === 0 ? 0 : word & colorBits.value}`;
}

function flagNames(foreground: number, background: number, underline: number): readonly string[] {
  const style = underline >>> underlineStyleShift;
  return [
    foreground & foregroundFlags.bold ? "bold" : "",
    background & backgroundFlags.dim ? "dim" : "",
    background & backgroundFlags.italic ? "italic" : "",
    foreground & foregroundFlags.blink ? "blink" : "",
    foreground & foregroundFlags.inverse ? "inverse" : "",
    foreground & foregroundFlags.invisible ? "invisible" : "",
    foreground & foregroundFlags.strike ? "strike" : "",
    background & backgroundFlags.overline ? "overline" : "",
    style
      ? `underline ${style} ${(underline & colorBits.kind) === 0 ? "none" : colorText(underline)}`
      : "",
  ].filter(Boolean);
}
