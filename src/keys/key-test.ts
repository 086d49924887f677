/** What came of one press of a key, for people: `ai-rules keys` shows it. */
import { actions } from "../core/action.ts";
import { printable } from "../core/text.ts";
import { formatChord } from "./chord.ts";
import {
  type InputEvent,
  isModifierKey,
  type KeyEvent,
  lockBits,
  modifier,
  type PasteEvent,
} from "./key.ts";
import { encodeKey, type KeyModes } from "./key-encoder.ts";
import type { Keymap } from "./keymap.ts";

export type KeyTestRow = { readonly label: string; readonly text: string };

export type KeyTestReport = {
  /** The chord, as the settings spell it; "paste". */
  readonly title: string;
  readonly rows: readonly KeyTestRow[];
};

export type KeyTest = {
  /** Undefined for what nobody pressed: the terminal's answers. */
  readonly read: (event: InputEvent) => KeyTestReport | undefined;
  /** The way out was pressed: ctrl+c twice, or what quits after the prefix. */
  readonly isOver: () => boolean;
};

/** Reads events one after the other, as the program does: the prefix changes what the next key means. */
export function createKeyTest(keymap: Keymap): KeyTest {
  let afterPrefix = false;
  let interrupts = 0;
  let over = false;

  function readKey(event: KeyEvent): KeyTestReport {
    const bound = event.kind === "release" ? undefined : meaningOf(event);
    return {
      title: formatChord(event),
      rows: [
        { label: "bytes", text: bytesText(event.bytes) },
        { label: "key", text: keyText(event) },
        { label: "bound", text: bound ?? "no: it goes to the agent" },
        ...(bound === undefined ? childRows(event) : []),
        ...hintRows(event),
      ],
    };
  }

  /** What the program does with it; undefined when the child gets it. */
  function meaningOf(event: KeyEvent): string | undefined {
    if (!isModifierKey(event)) countInterrupts(event);
    if (afterPrefix) return afterThePrefix(event);
    if (keymap.isPrefix(event)) {
      afterPrefix = true;
      return "the prefix: the next key is for ai-rules";
    }
    const action = keymap.direct(event);
    return action && `${actions[action].title}; the agent gets nothing`;
  }

  function afterThePrefix(event: KeyEvent): string {
    if (isModifierKey(event) || (event.kind === "repeat" && keymap.isPrefix(event)))
      return "still after the prefix";
    afterPrefix = false;
    const action = keymap.afterPrefix(event);
    if (action === "quit" || formatChord(event) === "q") over = true;
    if (action === "send-prefix") return `after the prefix: ${actions[action].title}`;
    return action
      ? `after the prefix: ${actions[action].title}; the agent gets nothing`
      : "after the prefix: nothing; the agent gets nothing";
  }

  function countInterrupts(event: KeyEvent): void {
    interrupts = formatChord(event) === "ctrl+c" && event.kind === "press" ? interrupts + 1 : 0;
    if (interrupts >= 2) over = true;
  }

  return {
    isOver: () => over,
    read(event) {
      switch (event.type) {
        case "key":
          return readKey(event);
        case "paste":
          return readPaste(event);
        case "mouse":
          return { title: `mouse ${event.action} ${event.button}`, rows: [] };
        case "focus":
          return {
            title: event.gained ? "focus" : "focus lost",
            rows: [{ label: "bound", text: "no: the agent is told, if it asked to be" }],
          };
        case "unknown":
          return {
            title: "unknown",
            rows: [
              { label: "bytes", text: bytesText(event.bytes) },
              { label: "bound", text: "no: it means nothing, and the agent gets nothing" },
            ],
          };
        case "reply":
          return undefined;
        default:
          return event satisfies never;
      }
    },
  };
}

/** An agent in the state in which it is started, and as OpenCode sets it where the kitty protocol is there. */
const legacy: KeyModes = {
  applicationCursor: false,
  applicationKeypad: false,
  kittyFlags: 0,
  modifyOtherKeys: 0,
};
const kitty: KeyModes = { ...legacy, kittyFlags: 5 };

function childRows(event: KeyEvent): readonly KeyTestRow[] {
  const sent = (modes: KeyModes) => {
    const bytes = encodeKey(event, modes);
    return bytes === undefined ? "nothing" : bytesText(new TextEncoder().encode(bytes));
  };
  return [
    { label: "legacy", text: sent(legacy) },
    { label: "kitty", text: sent(kitty) },
  ];
}

const modifierNames = ["ctrl", "alt", "shift", "super", "hyper", "meta"] as const;

/** "o with ctrl", "f5 with shift, released", "a, types "a"". */
function keyText(event: KeyEvent): string {
  const held = modifierNames.filter((name) => event.modifiers & modifier[name]);
  const locks = event.modifiers & lockBits;
  return [
    [event.code, ...(held.length > 0 ? [`with ${held.join(" and ")}`] : [])].join(" "),
    ...(event.kind === "press" ? [] : [event.kind === "repeat" ? "repeated" : "released"]),
    ...(event.keypad ? ["on the keypad"] : []),
    ...(locks & modifier.capsLock ? ["caps lock"] : []),
    ...(locks & modifier.numLock ? ["num lock"] : []),
    ...(event.shifted === undefined ? [] : [`with shift ${printable(event.shifted)}`]),
    ...(event.base === undefined ? [] : [`on a US keyboard ${printable(event.base)}`]),
    ...(event.text === "" ? [] : [`types "${printable(event.text)}"`]),
  ].join(", ");
}

/** What the option key of a Mac types unless the terminal is told that it is alt. */
const optionSigns: Readonly<Record<string, string>> = { "¡": "1", "™": "2", "£": "3" };

function hintRows({ text }: KeyEvent): readonly KeyTestRow[] {
  const digit = optionSigns[text];
  if (digit === undefined) return [];
  const hint = `if that was option+${digit}: let option be alt (meta) in the terminal's settings`;
  return [{ label: "hint", text: hint }];
}

function readPaste({ part, bytes }: PasteEvent): KeyTestReport {
  const which = part === "whole" ? "" : `, ${part} of it`;
  return {
    title: "paste",
    rows: [
      { label: "bytes", text: `${bytes.length}${which}: ${readable(bytes.subarray(0, 200))}` },
      { label: "bound", text: "no: it goes to the agent, as a paste if it asked for that" },
    ],
  };
}

/** "ESC[111;5u  1b 5b 31 31 31 3b 35 75". */
function bytesText(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(" ");
  return `${readable(bytes)}  ${hex}`;
}

/** Bytes as people write them: ^O, ESC, DEL, \xff. */
function readable(bytes: Uint8Array): string {
  const text = new TextDecoder("utf-8", { fatal: false, ignoreBOM: true }).decode(bytes);
  return Array.from(text, (sign) => {
    const code = sign.codePointAt(0) ?? 0;
    if (code === 0x1b) return "ESC";
    if (code === 0x7f) return "DEL";
    if (code < 0x20) return `^${String.fromCharCode(code + 0x40)}`;
    if (code === 0x20) return "SPACE";
    return printable(sign) === "" ? `\\u{${code.toString(16)}}` : sign;
  }).join("");
}
