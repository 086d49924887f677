/**
 * The one table of keys. Dispatch, help, which-key strip, footer, palette, README and
 * `ai-rules keys` are all made from it. A chord is bound directly, or after the prefix.
 */
import { type Action, actionNames, actions } from "../core/action.ts";
import type { Problem } from "../core/error.ts";
import type { KeySettings } from "../core/settings.ts";
import { type Chord, chordsOfKey, parseChord } from "./chord.ts";
import { isCharacter, type KeyEvent, lockBits } from "./key.ts";

export type Binding = {
  readonly action: Action;
  /** Chords after the prefix; `prefixItself` is whatever the prefix is. */
  readonly prefixed: readonly Chord[];
  /** Chords that need no prefix. */
  readonly direct: readonly Chord[];
};

/** Stands for the prefix in a list of chords, here and in the settings ("prefix r"). */
export const prefixItself = "prefix";

/** What is bound unless the settings say otherwise. */
export const bindings: readonly Binding[] = [
  { action: "focus-plan", prefixed: ["1"], direct: ["alt+1"] },
  { action: "focus-build", prefixed: ["2"], direct: ["alt+2"] },
  { action: "focus-review", prefixed: ["3"], direct: ["alt+3"] },
  { action: "focus-left", prefixed: ["h", "left"], direct: [] },
  { action: "focus-down", prefixed: ["j", "down"], direct: [] },
  { action: "focus-up", prefixed: ["k", "up"], direct: [] },
  { action: "focus-right", prefixed: ["l", "right"], direct: [] },
  { action: "focus-next", prefixed: ["tab"], direct: [] },
  { action: "next-waiting", prefixed: ["n"], direct: [] },
  { action: "restart", prefixed: ["r"], direct: [] },
  { action: "restart-all", prefixed: ["R"], direct: [] },
  { action: "pick-model", prefixed: ["m"], direct: [] },
  { action: "models", prefixed: ["M"], direct: [] },
  { action: "zoom", prefixed: ["z"], direct: [] },
  { action: "next-layout", prefixed: ["space"], direct: [] },
  { action: "toggle-panel", prefixed: ["s"], direct: [] },
  { action: "scroll-up", prefixed: [], direct: ["shift+pageup"] },
  { action: "scroll-down", prefixed: [], direct: ["shift+pagedown"] },
  { action: "toggle-mouse", prefixed: ["t"], direct: [] },
  { action: "send-prefix", prefixed: [prefixItself], direct: [] },
  { action: "environment", prefixed: ["E"], direct: [] },
  { action: "doctor", prefixed: ["d"], direct: [] },
  { action: "log", prefixed: ["L"], direct: [] },
  { action: "palette", prefixed: [":"], direct: [] },
  { action: "help", prefixed: ["?"], direct: [] },
  { action: "quit", prefixed: ["q"], direct: [] },
];

export type Keymap = {
  /** Undefined when the settings unbind it (`"prefix": "none"`). */
  readonly prefix: Chord | undefined;
  /** Whether a key event of any kind, also a release, is of the prefix. */
  isPrefix(event: KeyEvent): boolean;
  /** What a chord or key does when the prefix was not pressed. */
  direct(key: Chord | KeyEvent): Action | undefined;
  /** What a chord or key does after the prefix. */
  afterPrefix(key: Chord | KeyEvent): Action | undefined;
  /** The keys of an action as they are shown: "alt+1", "ctrl+o 1". */
  chordsOf(action: Action): readonly string[];
  /** The chords of an action after the prefix, without it: for the which-key strip. */
  prefixedChordsOf(action: Action): readonly Chord[];
  /** All chords that we take from the child: the prefix and the direct ones. */
  readonly taken: ReadonlyMap<Chord, Action | "prefix">;
  /** What is wrong with the settings; everything else of them holds. */
  readonly problems: readonly Problem[];
};

/** Makes the keymap of some settings. A chord of the settings wins over a default one. */
export function createKeymap(settings: KeySettings): Keymap {
  const problems: Problem[] = [];
  const prefix = readPrefix(settings.prefix, problems);
  const table = claimChords(readBindings({ settings, prefix, problems }), prefix, problems);
  const { direct, prefixed } = table;
  return {
    prefix,
    isPrefix: (event) =>
      prefix !== undefined && !isOnlyTyped(event) && chordsOfKey(event).includes(prefix),
    direct: (key) => (typeof key !== "string" && isOnlyTyped(key) ? undefined : find(direct, key)),
    afterPrefix: (key) => find(prefixed, key),
    chordsOf: (action) => [
      ...chordsBoundTo(direct, action),
      ...chordsBoundTo(prefixed, action).map((chord) => `${prefix} ${chord}`),
    ],
    prefixedChordsOf: (action) => chordsBoundTo(prefixed, action),
    taken: new Map([...direct, ...(prefix ? ([[prefix, "prefix"]] as const) : [])]),
    problems,
  };
}

function find(table: ReadonlyMap<Chord, Action>, key: Chord | KeyEvent): Action | undefined {
  if (typeof key === "string") return table.get(key);
  for (const chord of chordsOfKey(key)) {
    const action = table.get(chord);
    if (action !== undefined) return action;
  }
  return undefined;
}

/** Such a key needs no look-up: without the prefix none of its chords can be bound (see `isTyped`). */
function isOnlyTyped({ text, code, modifiers }: KeyEvent): boolean {
  if (text !== "" && isCharacter(code)) return true;
  return (modifiers & ~lockBits) === 0 && typingKeys.has(code);
}

const typingKeys: ReadonlySet<string> = new Set(["enter", "tab", "space", "backspace", "escape"]);

function chordsBoundTo(table: ReadonlyMap<Chord, Action>, action: Action): readonly Chord[] {
  return [...table].filter(([, bound]) => bound === action).map(([chord]) => chord);
}

function readPrefix(text: string, problems: Problem[]): Chord | undefined {
  if (text === "" || text === "none") return undefined;
  const chord = parseChord(text);
  if (chord === undefined) problems.push(badChord("keys.prefix", text, `"prefix": "ctrl+o"`));
  else if (isTyped(chord)) problems.push(typedChord("keys.prefix", chord, `"prefix": "ctrl+o"`));
  else return chord;
  return defaultPrefix;
}

const defaultPrefix = "ctrl+o";

type Claim = Binding & { readonly bySettings: boolean };

type Reading = {
  readonly settings: KeySettings;
  readonly prefix: Chord | undefined;
  readonly problems: Problem[];
};

function readBindings(reading: Reading): readonly Claim[] {
  const claims = bindings.map((binding): Claim => {
    const texts = reading.settings.bindings[binding.action];
    return texts
      ? { ...readBinding(binding.action, texts, reading), bySettings: true }
      : { ...binding, bySettings: false };
  });
  // Stable: among the settings and among the defaults the table's order decides.
  return claims.sort((a, b) => Number(b.bySettings) - Number(a.bySettings));
}

function readBinding(
  action: Action,
  texts: readonly string[],
  { prefix, problems }: Reading,
): Binding {
  const prefixed: Chord[] = [];
  const direct: Chord[] = [];
  const where = `keys.bindings.${action}`;
  for (const text of texts) {
    const { chord, isPrefixed } = readChords(text, prefix);
    if (chord === undefined) problems.push(badChord(where, text, `"${action}": ["prefix x"]`));
    else if (isPrefixed) prefixed.push(chord);
    else if (isTyped(chord))
      problems.push(typedChord(where, chord, `"${action}": ["prefix ${chord}"]`));
    else direct.push(chord);
  }
  return { action, prefixed, direct };
}

/** "prefix r" or, as help shows it, "ctrl+o r"; one chord alone is direct. */
function readChords(text: string, prefix: Chord | undefined) {
  const [first = "", second, third] = text.trim().split(/\s+/);
  if (second === undefined) return { chord: parseChord(first), isPrefixed: false };
  const known = first === prefixItself || (prefix !== undefined && parseChord(first) === prefix);
  if (!known || third !== undefined) return { chord: undefined, isPrefixed: true };
  return { chord: second === prefixItself ? prefixItself : parseChord(second), isPrefixed: true };
}

/** Keys that one needs for typing cannot be taken from a child. */
function isTyped(chord: Chord): boolean {
  return /^((shift\+)?(.|enter|tab|space|backspace)|esc|up|down|left|right)$/u.test(chord);
}

function badChord(where: string, text: string, line: string): Problem {
  // The text comes from a file: nothing of it may control the terminal.
  const shown = text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "").slice(0, 40);
  const message = `${where}: "${shown}" is not a key`;
  return { code: "settings/bad-key", message, remedy: `write for example ${line}` };
}

function typedChord(where: string, chord: Chord, line: string): Problem {
  const message = `${where}: ${chord} alone is needed for typing`;
  return { code: "settings/key-needed", message, remedy: `write for example ${line}` };
}

type Table = {
  readonly direct: ReadonlyMap<Chord, Action>;
  readonly prefixed: ReadonlyMap<Chord, Action>;
};

function claimChords(
  claims: readonly Claim[],
  prefix: Chord | undefined,
  problems: Problem[],
): Table {
  const direct = new Map<Chord, Action>();
  const prefixed = new Map<Chord, Action>();
  for (const { action, ...claim } of claims) {
    for (const chord of claim.direct)
      if (chord === prefix) problems.push(takenTwice(chord, prefixItself, action));
      else claimChord({ table: direct, chord, action, shown: chord, problems });
    if (prefix === undefined) continue;
    for (const name of claim.prefixed) {
      const chord = name === prefixItself ? prefix : name;
      claimChord({ table: prefixed, chord, action, shown: `${prefix} ${chord}`, problems });
    }
  }
  return { direct: inTableOrder(direct), prefixed: inTableOrder(prefixed) };
}

type ChordClaim = {
  readonly table: Map<Chord, Action>;
  readonly chord: Chord;
  readonly action: Action;
  readonly shown: string;
  readonly problems: Problem[];
};

function claimChord({ table, chord, action, shown, problems }: ChordClaim): void {
  const owner = table.get(chord);
  if (owner === undefined) table.set(chord, action);
  else if (owner !== action) problems.push(takenTwice(shown, owner, action));
}

function inTableOrder(table: ReadonlyMap<Chord, Action>): ReadonlyMap<Chord, Action> {
  const place = (action: Action) => actionNames.indexOf(action);
  return new Map([...table].sort(([, a], [, b]) => place(a) - place(b)));
}

function takenTwice(shown: string, owner: Action | "prefix", loser: Action): Problem {
  const name = owner === prefixItself ? "the prefix" : `"${actions[owner].title}"`;
  return {
    code: "settings/key-taken",
    message: `${shown} is bound to ${name}, so it cannot also be "${actions[loser].title}"`,
    remedy: `give it another key in ai-rules.json: "keys": { "bindings": { "${loser}": ["prefix x"] } }`,
  };
}
