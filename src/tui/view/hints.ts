/** The keys as the chrome names them, from the one key table. */
import { type Action, actions } from "../../core/action.ts";
import type { KeySettings } from "../../core/settings.ts";
import { footerHints, helpRows, whichKeyRows } from "../../keys/key-help.ts";
import { createKeymap } from "../../keys/keymap.ts";

export type KeyHint = { readonly keys: string; readonly title: string };

export type HelpRow = KeyHint & { readonly group: string };

export type Hints = {
  /** The prefix as people write it: "ctrl+o"; empty where there is none. */
  readonly prefix: string;
  readonly footer: readonly KeyHint[];
  /** What can follow the prefix. */
  readonly whichKey: readonly KeyHint[];
  readonly help: readonly HelpRow[];
  /** The first chord of an action: "ctrl+o R"; empty where it has none. */
  readonly chordOf: (action: Action) => string;
};

/** The keys under these settings. */
export function hintsOf(settings: KeySettings): Hints {
  const keymap = createKeymap(settings);
  return {
    prefix: keymap.prefix ?? "",
    footer: footerHints(keymap),
    whichKey: whichKeyRows(keymap),
    help: helpRows(keymap),
    chordOf: (action) => keymap.chordsOf(action)[0] ?? "",
  };
}

/** How a sentence names the way to an action: its chord, or how the palette calls it. */
export function wayTo(action: Action, hints: Hints): string {
  return hints.chordOf(action) || `"${actions[action].title}" of the palette`;
}
