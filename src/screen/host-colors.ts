/** The colours of the terminal we run in: what a pane's program learns when it asks for them. */
import type { Rgb } from "./colors.ts";

/** A number is an index of the palette. */
export type ColorTarget = "foreground" | "background" | "cursor" | number;

/** Filled in as the terminal's answers arrive; what is not known has no answer. */
export type HostColors = {
  get(target: ColorTarget): Rgb | undefined;
  set(color: Rgb & { readonly target: ColorTarget }): void;
  /** Whether the background is dark; undefined while it is not known. */
  isDark(): boolean | undefined;
};

/** Makes a table without any colour. */
export function createHostColors(): HostColors {
  const colors = new Map<ColorTarget, Rgb>();
  return {
    get: (target) => colors.get(target),
    set: ({ target, r, g, b }) => void colors.set(target, { r, g, b }),
    isDark() {
      const background = colors.get("background");
      return background && luma(background) < 128;
    },
  };
}

/** Brightness as the eye sees it, 0 to 255 (ITU-R BT.601). */
function luma({ r, g, b }: Rgb): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}
