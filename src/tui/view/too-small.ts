import type { Size } from "./line.ts";

export type TooSmallView = { readonly type: "too-small"; readonly text: string };

/** Says that nothing can be shown on a terminal of this size; the agents live on. */
export function tooSmallView({ cols, rows }: Size): TooSmallView {
  return { type: "too-small", text: `ai-rules needs 40x10 cells, here are ${cols}x${rows}` };
}
