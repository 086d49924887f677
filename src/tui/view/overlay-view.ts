/**
 * What covers the panes: help, palette, log, environment, a question. All have one look: a frame, a
 * title, lines, keys.
 */
import type { Overlay, State } from "../../core/state.ts";
import type { Hints, KeyHint } from "./hints.ts";
import type { Line, Size } from "./line.ts";

export type OverlayView = {
  readonly type: "overlay";
  readonly title: Line;
  readonly lines: readonly Line[];
  /** The keys that work here, on the last line. */
  readonly keys: readonly KeyHint[];
  /** Where a reader stands after clamping; undefined where there is nothing to scroll. */
  readonly top?: number;
  /** Rows that all of the content would take in this width: the overlay is made as high at most. */
  readonly wanted: number;
};

export type OverlayRequest<T extends Overlay["type"] = Overlay["type"]> = {
  readonly state: State;
  readonly overlay: Extract<Overlay, { type: T }>;
  readonly hints: Hints;
  /** The room for the lines, without frame, title and keys. */
  readonly size: Size;
};
