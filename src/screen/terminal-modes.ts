/**
 * The modes a pane's program has set: what the encoders of keys and mouse need to know. xterm.js
 * tells some of them; the others are followed here, beside its own handling. Sequences: xterm
 * ctlseqs; kitty keyboard protocol; modes 2026, 2027, 2031 and 2048 of the contour and mode-2048
 * documents.
 */
import type { IParser, Terminal } from "@xterm/headless";
import type { CursorShape } from "./cursor-writer.ts";

export type TerminalModes = {
  readonly applicationCursor: boolean;
  readonly applicationKeypad: boolean;
  readonly bracketedPaste: boolean;
  readonly mouseTracking: "none" | "x10" | "vt200" | "drag" | "any";
  readonly mouseEncoding: MouseEncoding;
  readonly focusEvents: boolean;
  /** Progressive enhancement flags 1, 2, 4, 8, 16 of the kitty keyboard protocol. */
  readonly kittyFlags: number;
  /** xterm's resource: 0 off, 1 or 2. */
  readonly modifyOtherKeys: 0 | 1 | 2;
  readonly synchronizedOutput: boolean;
  readonly alternateScreen: boolean;
  /** Mode 2031: it wants to know when the colours turn dark or light. */
  readonly colorSchemeUpdates: boolean;
  /** Mode 2048: it wants sizes as a report. */
  readonly inBandResize: boolean;
};

export type MouseEncoding = "default" | "sgr" | "sgr-pixels" | "urxvt";

export type CursorStyle = { readonly shape: CursorShape; readonly blinking: boolean };

export type ModeTracker = {
  readonly modes: () => TerminalModes;
  readonly cursorStyle: () => CursorStyle;
  /** Mode 25 (DECTCEM). */
  readonly cursorShown: () => boolean;
  /** Mode 2027. Clusters are always joined; the mode only remembers that it was asked for. */
  readonly graphemeClusters: () => boolean;
};

/** Parameters as xterm.js gives them: sub-parameters are lists. */
export type Parameters = readonly (number | number[])[];

/** What is followed here. */
type Followed = {
  mouseEncoding: MouseEncoding;
  modifyOtherKeys: 0 | 1 | 2;
  colorSchemeUpdates: boolean;
  inBandResize: boolean;
  graphemeClusters: boolean;
  cursor: CursorStyle;
};

function initial(): Followed {
  return {
    mouseEncoding: "default",
    modifyOtherKeys: 0,
    colorSchemeUpdates: false,
    inBandResize: false,
    graphemeClusters: false,
    cursor: { shape: "default", blinking: false },
  };
}

/** Follows the modes of a terminal from now on. `hasPixels`: pixel mouse reports can be made. */
export function trackModes(terminal: Terminal, { hasPixels }: { hasPixels: boolean }): ModeTracker {
  const { parser } = terminal;
  const kitty = trackKittyFlags(terminal, forget);
  let followed = initial();
  /** xterm.js makes a new object of 15 fields each time it is asked: 10 us of a key's way. */
  let known: { readonly modes: TerminalModes; readonly cursorShown: boolean } | undefined;

  /** To be called before any mode changes; nobody asks between this and the change itself. */
  function forget(): boolean {
    known = undefined;
    return false; // xterm.js handles the sequence
  }

  function setPrivate(parameters: Parameters, on: boolean): boolean {
    for (const mode of parameters)
      if (typeof mode === "number") setMode({ followed, mode, on, hasPixels });
    return forget();
  }

  function reset(): boolean {
    followed = initial();
    kitty.reset();
    return forget();
  }

  function read(): NonNullable<typeof known> {
    const { modes } = terminal;
    return {
      cursorShown: modes.showCursor,
      modes: {
        applicationCursor: modes.applicationCursorKeysMode,
        applicationKeypad: modes.applicationKeypadMode,
        bracketedPaste: modes.bracketedPasteMode,
        mouseTracking: modes.mouseTrackingMode,
        mouseEncoding: followed.mouseEncoding,
        focusEvents: modes.sendFocusMode,
        kittyFlags: kitty.flags(),
        modifyOtherKeys: followed.modifyOtherKeys,
        synchronizedOutput: modes.synchronizedOutputMode,
        alternateScreen: terminal.buffer.active.type === "alternate",
        colorSchemeUpdates: followed.colorSchemeUpdates,
        inBandResize: followed.inBandResize,
      },
    };
  }

  parser.registerCsiHandler({ prefix: "?", final: "h" }, (parameters) =>
    setPrivate(parameters, true),
  );
  parser.registerCsiHandler({ prefix: "?", final: "l" }, (parameters) =>
    setPrivate(parameters, false),
  );
  parser.registerCsiHandler({ intermediates: " ", final: "q" }, ([style]) => {
    followed.cursor = cursorStyle(numberOr(style, 0)) ?? followed.cursor;
    return false;
  });
  parser.registerCsiHandler({ prefix: ">", final: "m" }, ([resource, value]) => {
    if (resource === 4 || resource === undefined || resource === 0)
      followed.modifyOtherKeys = modifyOtherKeys(resource === 4 ? value : 0);
    forget();
    return true;
  });
  parser.registerCsiHandler({ prefix: ">", final: "n" }, ([resource]) => {
    if (resource === 4) followed.modifyOtherKeys = 0;
    forget();
    return true;
  });
  parser.registerCsiHandler({ intermediates: "!", final: "p" }, reset); // DECSTR
  parser.registerEscHandler({ final: "c" }, reset); // RIS
  for (const final of ["=", ">"]) parser.registerEscHandler({ final }, forget); // DECKPAM, DECKPNM

  return {
    cursorStyle: () => followed.cursor,
    graphemeClusters: () => followed.graphemeClusters,
    modes: () => (known ??= read()).modes,
    cursorShown: () => (known ??= read()).cursorShown,
  };
}

const trackingModes = { none: undefined, x10: 9, vt200: 1000, drag: 1002, any: 1003 } as const;
const encodingModes = { default: undefined, sgr: 1006, "sgr-pixels": 1016, urxvt: 1015 } as const;

/** What sets the modes in a new terminal; synchronized output is not among them, it would hold it. */
export function modesSequence(modes: TerminalModes): string {
  const isOn: readonly (readonly [boolean, number | undefined])[] = [
    [modes.alternateScreen, 1049],
    [modes.applicationCursor, 1],
    [modes.bracketedPaste, 2004],
    [true, trackingModes[modes.mouseTracking]],
    [true, encodingModes[modes.mouseEncoding]],
    [modes.focusEvents, 1004],
    [modes.colorSchemeUpdates, 2031],
    [modes.inBandResize, 2048],
  ];
  const privateModes = isOn.map(([on, mode]) => (on && mode ? `\x1b[?${mode}h` : "")).join("");
  const keypad = modes.applicationKeypad ? "\x1b=" : "";
  return `${privateModes}${keypad}\x1b[>${modes.kittyFlags}u\x1b[>4;${modes.modifyOtherKeys}m`;
}

/**
 * Turns off what a program asked its terminal to send, and synchronized output: for the screen of a
 * program that had no time to do so. What is shown stays. CAN ends a sequence it was in the midst of.
 */
export const endOfProgram =
  "\x18\x1b[?1;9;1000;1002;1003;1004;1006;1015;1016;2004;2026;2031;2048l\x1b>\x1b[=0u\x1b[>4;0m";

type ModeChange = {
  readonly followed: Followed;
  readonly mode: number;
  readonly on: boolean;
  readonly hasPixels: boolean;
};

function setMode({ followed, mode, on, hasPixels }: ModeChange): void {
  switch (mode) {
    case 12:
      followed.cursor = { ...followed.cursor, blinking: on };
      return;
    case 1006:
      followed.mouseEncoding = on ? "sgr" : "default";
      return;
    case 1015:
      followed.mouseEncoding = on ? "urxvt" : "default";
      return;
    case 1016:
      if (hasPixels) followed.mouseEncoding = on ? "sgr-pixels" : "default";
      return;
    case 2027:
      followed.graphemeClusters = on;
      return;
    case 2031:
      followed.colorSchemeUpdates = on;
      return;
    case 2048:
      followed.inBandResize = on;
      return;
    default:
  }
}

const shapes = ["block", "underline", "bar"] as const;

/** DECSCUSR: 0 the user's own, then block, underline and bar, each blinking and steady. */
function cursorStyle(style: number): CursorStyle | undefined {
  if (style === 0) return { shape: "default", blinking: false };
  const shape = shapes[(style - 1) >> 1];
  return shape && { shape, blinking: style % 2 === 1 };
}

function modifyOtherKeys(value: number | number[] | undefined): 0 | 1 | 2 {
  return value === 1 || value === 2 ? value : 0;
}

export function numberOr(parameter: number | number[] | undefined, fallback: number): number {
  return typeof parameter === "number" ? parameter : fallback;
}

type KittyFlags = { readonly flags: () => number; readonly reset: () => void };

/** The protocol's limit is the terminal's own; kitty keeps this many, the oldest go. */
const deepestStack = 16;
/** All flags that the protocol defines. */
const allFlags = 0b11111;

/** The main and the alternate screen have a stack each; the last entry is in force. */
function trackKittyFlags(terminal: Terminal, changed: () => void): KittyFlags {
  let stacks: { normal: number[]; alternate: number[] } = { normal: [], alternate: [] };
  const stack = (): number[] => stacks[terminal.buffer.active.type];
  const flags = (): number => stack().at(-1) ?? 0;

  function replace(value: number): void {
    stack().pop();
    stack().push(value & allFlags);
  }

  registerKitty(terminal.parser, {
    push(value) {
      changed();
      stack().push(value & allFlags);
      if (stack().length > deepestStack) stack().shift();
    },
    pop(count) {
      changed();
      stack().splice(Math.max(0, stack().length - count));
    },
    set(value, how) {
      changed();
      if (how === 1) replace(value);
      if (how === 2) replace(flags() | value);
      if (how === 3) replace(flags() & ~value);
    },
  });

  return {
    flags,
    reset() {
      stacks = { normal: [], alternate: [] };
    },
  };
}

type KittyDeeds = {
  push(flags: number): void;
  pop(count: number): void;
  set(flags: number, how: number): void;
};

function registerKitty(parser: IParser, deeds: KittyDeeds): void {
  parser.registerCsiHandler({ prefix: ">", final: "u" }, ([flags]) => {
    deeds.push(numberOr(flags, 0));
    return true;
  });
  parser.registerCsiHandler({ prefix: "<", final: "u" }, ([count]) => {
    deeds.pop(numberOr(count, 1) || 1);
    return true;
  });
  parser.registerCsiHandler({ prefix: "=", final: "u" }, ([flags, how]) => {
    deeds.set(numberOr(flags, 0), numberOr(how, 1) || 1);
    return true;
  });
}
