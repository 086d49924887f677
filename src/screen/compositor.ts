/**
 * The compositor brings the outer terminal from what it shows to what the layers hold.
 *
 * A *layer* is a rectangle of cells of a source; later layers cover earlier ones, and what none
 * covers is blank. A *frame* is the bytes of one difference, in one buffer for one write. `shown`
 * holds what the terminal shows, cell by cell. A row is *dirty* for a layer when the layer's cells of
 * that row may differ from `shown`; only dirty rows are read and compared.
 *
 * Terminals do not agree on the width of every character. So nothing relies on the column after a
 * doubtful one, the cells it covers are blanked before it is drawn, and the cells to its right that
 * it may have run over are drawn again. Auto-wrap is off, so that a row can not run into the next.
 */
import type { Rect } from "../core/rect.ts";
import { sameRect } from "../core/rect.ts";
import { arrangeRuns, type Run } from "./arrangement.ts";
import { type CellSource, fillBlank, type RowBuffer } from "./cell.ts";
import { CellWriter } from "./cell-writer.ts";
import { type Clusters, createClusters } from "./clusters.ts";
import type { ColorDepth } from "./colors.ts";
import { type Cursor, CursorWriter } from "./cursor-writer.ts";
import { createShownCells, type ShownCells } from "./shown-cells.ts";
import { mendBoundary, mendWideCells } from "./wide-cells.ts";

export type Layer = { readonly id: string; readonly rect: Rect; readonly source: CellSource };

export type CompositorScene = {
  readonly cols: number;
  readonly rows: number;
  /** From the lowest to the highest. */
  readonly layers: readonly Layer[];
};

export type ComposeOptions = {
  /** Undefined hides it. */
  readonly cursor?: Cursor | undefined;
  /** Draws just this layer: the short way of an echo. */
  readonly only?: string | undefined;
  /** Layers that must not be read now, because their program is within a frame (mode 2026). */
  readonly hold?: ReadonlySet<string> | undefined;
};

export type Compositor = {
  /** Takes new layers or a new size; the whole screen is compared in the next frame. */
  arrange(scene: CompositorScene): void;
  /** Rows of a layer changed; they count from the layer's own top, the last one included. */
  damage(id: string, firstRow: number, lastRow: number): void;
  /** The bytes of the next frame; undefined when there is no difference. */
  compose(options: ComposeOptions): Uint8Array | undefined;
  /** Forgets what the terminal shows: the next frame writes every cell. */
  invalidate(): void;
  /** Whether the terminal has synchronized output (mode 2026), once that is known. */
  setSynchronized(on: boolean): void;
  /** What the terminal shows, rows without blanks at their ends. */
  screenText(): string;
  readonly stats: CompositorStats;
};

export type CompositorStats = {
  readonly frames: number;
  readonly bytes: number;
  /** Cells written. */
  readonly cells: number;
};

export type CompositorOptions = {
  readonly cols: number;
  readonly rows: number;
  readonly colorDepth: ColorDepth;
  readonly synchronized: boolean;
};

type PlacedLayer = Layer & {
  /** One entry a row of the screen: 1 when the layer's cells of it must be compared. */
  readonly dirty: Uint8Array;
  /** No row outside of these is dirty, the last one included; an echo has one row to look at. */
  firstDirty: number;
  lastDirty: number;
  /** Whether this frame draws it. */
  isWanted: boolean;
};

type Bounds = { readonly from: number; readonly to: number };

/** Above this many clusters the table is emptied and the screen written anew. */
const mostClusters = 1 << 15;

const background: Omit<Layer, "rect"> = {
  id: "",
  source: { copyRow: (_row, { from, to, at }, { words }) => fillBlank(words, at, at + to - from) },
};

export function createCompositor(options: CompositorOptions): Compositor {
  return new GridCompositor(options);
}

class GridCompositor implements Compositor {
  readonly #clusters: Clusters = createClusters();
  readonly #writer: CellWriter;
  readonly #cursor: CursorWriter;
  #shown: ShownCells;
  #row: RowBuffer;
  #cols: number;
  #rows: number;
  #layers: readonly PlacedLayer[] = [];
  #runs: readonly (readonly Run[])[] = [];
  #synchronized: boolean;
  /** The terminal's modes and attributes are not known: they are set at the start of the frame. */
  #isFresh = true;
  #frames = 0;
  #bytes = 0;

  constructor({ cols, rows, colorDepth, synchronized }: CompositorOptions) {
    this.#cols = cols;
    this.#rows = rows;
    this.#synchronized = synchronized;
    this.#writer = new CellWriter({ colorDepth, clusters: this.#clusters });
    this.#cursor = new CursorWriter(this.#writer);
    this.#shown = this.#createShown();
    this.#row = this.#createRow();
    this.#place([]);
  }

  get stats(): CompositorStats {
    return { frames: this.#frames, bytes: this.#bytes, cells: this.#shown.written };
  }

  setSynchronized(on: boolean): void {
    this.#synchronized = on;
  }

  arrange({ cols, rows, layers }: CompositorScene): void {
    const isSameSize = cols === this.#cols && rows === this.#rows;
    if (isSameSize && this.#hasLayers(layers)) return;
    if (!isSameSize) {
      this.#cols = cols;
      this.#rows = rows;
      this.#shown = this.#createShown();
      this.#row = this.#createRow();
      this.invalidate();
    }
    this.#place(layers);
  }

  damage(id: string, firstRow: number, lastRow: number): void {
    for (const layer of this.#layers) {
      if (layer.id !== id) continue;
      const { y, rows } = layer.rect;
      const first = Math.max(0, y + Math.max(0, firstRow));
      const last = Math.min(this.#rows - 1, y + Math.min(rows - 1, lastRow));
      if (first <= last) markDirty(layer, first, last);
    }
  }

  invalidate(): void {
    this.#shown.forget();
    this.#cursor.forget();
    this.#isFresh = true;
    for (const layer of this.#layers) markDirty(layer, 0, this.#rows - 1);
  }

  screenText(): string {
    return Array.from({ length: this.#rows }, (_, y) => this.#shown.rowText(y)).join("\n");
  }

  compose({ cursor, only, hold }: ComposeOptions): Uint8Array | undefined {
    if (this.#clusters.size > mostClusters) {
      this.invalidate();
      this.#clusters.clear();
    }
    this.#begin();
    const prefix = this.#writer.length;
    this.#paint(only, hold);
    if (this.#writer.length > prefix || this.#isFresh) return this.#finishDrawn(cursor);
    this.#writer.begin(this.#cols);
    this.#cursor.set(cursor);
    return this.#writer.length > 0 ? this.#take() : undefined;
  }

  /** What comes before the first cell; it is dropped when none follows. */
  #begin(): void {
    this.#writer.begin(this.#cols);
    if (this.#synchronized) this.#writer.control("\x1b[?2026h");
    // Without synchronized output the cursor would be seen on its way through the frame.
    else if (this.#cursor.isShown) this.#writer.control("\x1b[?25l");
    if (!this.#isFresh) return;
    // DECAWM off: the last cell of the screen can be written without scrolling it.
    this.#writer.control("\x1b[?7l");
    this.#writer.resetStyle();
  }

  #finishDrawn(cursor: Cursor | undefined): Uint8Array {
    this.#isFresh = false;
    this.#writer.endStyle();
    this.#cursor.lose();
    if (!this.#synchronized) this.#cursor.noteHidden();
    this.#cursor.set(cursor);
    if (this.#synchronized) this.#writer.control("\x1b[?2026l");
    return this.#take();
  }

  #take(): Uint8Array {
    const bytes = this.#writer.take();
    this.#frames++;
    this.#bytes += bytes.length;
    return bytes;
  }

  #paint(only: string | undefined, hold: ReadonlySet<string> | undefined): void {
    let first = this.#rows;
    let last = -1;
    for (const layer of this.#layers) {
      layer.isWanted = (only === undefined || layer.id === only) && !hold?.has(layer.id);
      if (!layer.isWanted) continue;
      first = Math.min(first, layer.firstDirty);
      last = Math.max(last, layer.lastDirty);
      layer.firstDirty = this.#rows;
      layer.lastDirty = -1;
    }
    for (let y = first; y <= last; y++) this.#paintRow(y);
  }

  /** Reads the dirty cells of a row from their layers and writes what differs. */
  #paintRow(y: number): void {
    const runs = this.#runs[y] ?? [];
    let from = this.#cols;
    let to = 0;
    for (const run of runs) {
      const layer = this.#layers[run.layer];
      if (!layer?.isWanted || layer.dirty[y] === 0) continue;
      if (to === 0) this.#shown.copyRow(y, this.#row.words);
      this.#readRun(layer, run, y);
      from = Math.min(from, run.from);
      to = run.to;
    }
    if (to === 0) return;
    for (const run of runs) this.#clean(run.layer, y);
    this.#shown.write(y, { ...this.#mendEdges(runs, { from, to }), row: this.#row.words });
  }

  /** A held layer may still show a wide character that reached into cells which are drawn now. */
  #mendEdges(runs: readonly Run[], drawn: Bounds): Bounds {
    let { from, to } = drawn;
    for (const run of runs) {
      const blanked = run.from > 0 ? mendBoundary(this.#row.words, run.from) : undefined;
      if (blanked === undefined) continue;
      from = Math.min(from, blanked);
      to = Math.max(to, blanked + 1);
    }
    return { from, to };
  }

  #readRun({ rect, source }: PlacedLayer, { from, to }: Run, y: number): void {
    const span = { from: from - rect.x, to: to - rect.x, at: from };
    source.copyRow(y - rect.y, span, this.#row);
    mendWideCells(this.#row.words, from, to);
  }

  #clean(index: number, y: number): void {
    const layer = this.#layers[index];
    if (layer?.isWanted) layer.dirty[y] = 0;
  }

  #hasLayers(layers: readonly Layer[]): boolean {
    const placed = this.#layers.slice(1);
    return (
      placed.length === layers.length &&
      placed.every((old, index) => {
        const layer = layers[index];
        return (
          old.id === layer?.id && old.source === layer.source && sameRect(old.rect, layer.rect)
        );
      })
    );
  }

  #place(layers: readonly Layer[]): void {
    const screen: Rect = { x: 0, y: 0, cols: this.#cols, rows: this.#rows };
    const all = [{ ...background, rect: screen }, ...layers];
    this.#layers = all.map((layer) => allDirty(layer, this.#rows));
    this.#runs = arrangeRuns(
      screen,
      all.map(({ rect }) => rect),
    );
  }

  #createShown(): ShownCells {
    const { cols, rows } = { cols: this.#cols, rows: this.#rows };
    return createShownCells({ cols, rows, writer: this.#writer, clusters: this.#clusters });
  }

  #createRow(): RowBuffer {
    return { words: new Uint32Array(this.#cols * 4), clusters: this.#clusters };
  }
}

function allDirty(layer: Layer, rows: number): PlacedLayer {
  const dirty = new Uint8Array(rows).fill(1);
  return { ...layer, dirty, firstDirty: 0, lastDirty: rows - 1, isWanted: false };
}

function markDirty(layer: PlacedLayer, first: number, last: number): void {
  layer.dirty.fill(1, first, last + 1);
  layer.firstDirty = Math.min(layer.firstDirty, first);
  layer.lastDirty = Math.max(layer.lastDirty, last);
}
