/**
 * @xterm/headless and its grapheme addon, loaded when they are first needed. Both are CommonJS
 * bundles without named exports for Node, so they come as their default export.
 */
import type { IUnicodeVersionProvider, Terminal } from "@xterm/headless";
import { AiRulesError, unforeseen } from "../core/error.ts";
import { createGraphemeWidths } from "./grapheme-widths.ts";

export type XtermLibrary = {
  readonly Terminal: typeof Terminal;
  readonly widths: IUnicodeVersionProvider;
};

/** Loads the emulator's code (once; some 20 ms). */
export async function loadXterm(): Promise<XtermLibrary> {
  const [{ default: headless }, widths] = await Promise.all([
    import("@xterm/headless"),
    loadGraphemeWidths(),
  ]);
  return { Terminal: headless.Terminal, widths: createGraphemeWidths(widths) };
}

/**
 * The addon reads its table with `new DataView(data.buffer)`, which is wrong for a Buffer that lies
 * in Node's pool (measured on 0.5.0-beta.301: all emoji have width 1). Without a pool while it is
 * loaded each Buffer has memory of its own.
 */
async function loadGraphemeWidths(): Promise<IUnicodeVersionProvider> {
  const poolSize = Buffer.poolSize;
  Buffer.poolSize = 0;
  try {
    const { default: graphemes } = await import("@xterm/addon-unicode-graphemes");
    return registeredBy(new graphemes.UnicodeGraphemesAddon());
  } finally {
    Buffer.poolSize = poolSize;
  }
}

/** The table is only handed to a terminal's registry: this one keeps the last, which joins clusters. */
function registeredBy(addon: { activate(terminal: Terminal): void }): IUnicodeVersionProvider {
  const registered: IUnicodeVersionProvider[] = [];
  const registry = {
    unicode: {
      register: (provider: IUnicodeVersionProvider) => void registered.push(provider),
      activeVersion: "",
    },
  };
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a border: all that it touches.
  addon.activate(registry as unknown as Terminal);
  const provider = registered.at(-1);
  if (!provider)
    throw new AiRulesError(unforeseen("@xterm/addon-unicode-graphemes registered no table"));
  return provider;
}
