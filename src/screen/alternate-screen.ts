/**
 * A fault of @xterm/headless 6.1.0-beta.334: the alternate screen keeps the height it had when it
 * was last left. After a resize to fewer rows it then has lines above the screen, and later resizes
 * leave it with too few: writing throws. Emptying it before it is entered gives it the right height.
 */
import type { Terminal } from "@xterm/headless";

/** Fields that the typings do not have. */
type WithBuffers = {
  readonly _core?: { readonly buffers?: { readonly alt?: { readonly clear?: () => void } } };
};

/** DECSET: alternate screen, with clearing, with the cursor saved (xterm ctlseqs). */
const alternateModes: ReadonlySet<number | readonly number[]> = new Set([47, 1047, 1049]);

/** Empties the alternate screen of a terminal each time before it is entered. */
export function emptyAlternateScreen(terminal: Terminal): void {
  terminal.parser.registerCsiHandler({ prefix: "?", final: "h" }, (modes) => {
    const isEntered = modes.some((mode) => alternateModes.has(mode));
    if (isEntered && terminal.buffer.active.type === "normal") clearAlternate(terminal);
    return false;
  });
}

function clearAlternate(terminal: Terminal): void {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a border: each step is looked at.
  const { _core: core } = terminal as WithBuffers;
  const alternate = core?.buffers?.alt;
  if (typeof alternate?.clear === "function") alternate.clear();
}
