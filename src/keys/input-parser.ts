/**
 * The stream of bytes from the outer terminal, as events. It adds memory to `decodeInput`: what is
 * unfinished is held back, a paste is passed on as it comes, and what grows without end is skipped.
 */
import { decodeInput, decodeRest, skipSequence } from "./input-decoder.ts";
import type { InputEvent, PasteEvent } from "./key.ts";
import { readPaste } from "./paste-reader.ts";

export type InputParser = {
  /** The events that these bytes complete. Events keep views of the bytes: do not reuse them. */
  feed(bytes: Uint8Array): readonly InputEvent[];
  /** An ESC or a part of a sequence or character is held back; never so inside a paste. */
  readonly pending: boolean;
  /**
   * Call `flush` when no input comes for so many ms; undefined when nothing is open. It differs
   * much between an ESC and a paste, so a fixed time will not do.
   */
  readonly flushAfterMs: number | undefined;
  /** Nothing more came: an ESC is the escape key, a half sequence is dropped, a paste is over. */
  flush(): readonly InputEvent[];
  /** The outer terminal was asked for the cursor (`CSI 6 n`); call it once for each question. */
  expectCursorReport(): void;
};

/**
 * A key that begins like a sequence must not feel slow, but its bytes may come in several reads
 * over a slow line. Tmux waited 500 ms for long and waits 10 ms today.
 */
const keyWaitMs = 25;
/** No key looks like this: it can only be the begin of something longer. */
const sequenceWaitMs = 300;
/** Ending a paste too early would type the rest of it, so it may stall for long. */
const pasteWaitMs = 5000;
/** Longer than any answer a terminal gives to us. */
const longestSequence = 8192;

type Mode = "ground" | "paste" | "skip-string" | "skip-sequence";

const nothing = new Uint8Array(0);

/** Makes a parser for one terminal. */
export function createInputParser(): InputParser {
  let mode: Mode = "ground";
  let held: Uint8Array = nothing;
  let pasteBegun = false;
  let cursorReports = 0;

  function feed(chunk: Uint8Array): readonly InputEvent[] {
    const bytes = held.length === 0 ? chunk : joined(held, chunk);
    held = nothing;
    const events: InputEvent[] = [];
    let at = 0;
    while (at < bytes.length) {
      const next = step(bytes, at, events);
      if (next === undefined) break;
      at = next;
    }
    if (at < bytes.length) hold(bytes.subarray(at), events);
    return events;
  }

  /** Returns where to go on; undefined when the rest is to be held back. */
  function step(bytes: Uint8Array, at: number, events: InputEvent[]): number | undefined {
    switch (mode) {
      case "ground":
        return readEvent(bytes, at, events);
      case "paste":
        return readPastePiece(bytes, at, events);
      case "skip-string":
      case "skip-sequence":
        return skip(bytes, at);
      default:
        return mode satisfies never;
    }
  }

  function readEvent(bytes: Uint8Array, at: number, events: InputEvent[]): number | undefined {
    const decoded = decodeInput({ bytes, at, cursorAwaited: cursorReports > 0 });
    if (decoded === undefined) return undefined;
    const { event, end } = decoded;
    if (event.type === "paste-start") {
      mode = "paste";
      pasteBegun = false;
      return end;
    }
    if (event.type === "reply" && event.reply.type === "cursor")
      cursorReports = Math.max(0, cursorReports - 1);
    events.push(event);
    return end;
  }

  function readPastePiece(bytes: Uint8Array, at: number, events: InputEvent[]): number | undefined {
    const { content, next, done } = readPaste(bytes, at);
    if (done || content.length > 0) events.push(pastePiece(content, done));
    if (done) mode = "ground";
    return done ? next : holdFrom(next, bytes);
  }

  /** A paste passes on all but a few bytes; the loop ends by holding those. */
  function holdFrom(next: number, bytes: Uint8Array): undefined {
    held = bytes.slice(next);
    return undefined;
  }

  function pastePiece(bytes: Uint8Array, done: boolean): PasteEvent {
    const part = done ? (pasteBegun ? "end" : "whole") : pasteBegun ? "middle" : "begin";
    pasteBegun = true;
    return { type: "paste", part, bytes };
  }

  function skip(bytes: Uint8Array, at: number): number | undefined {
    const rest = bytes.subarray(at);
    const end = skipSequence(rest, mode === "skip-string");
    if (end !== undefined) {
      mode = "ground";
      return at + end;
    }
    // An ESC at the very end may be the first half of the terminator.
    return holdFrom(rest.at(-1) === 0x1b ? bytes.length - 1 : bytes.length, bytes);
  }

  function hold(rest: Uint8Array, events: InputEvent[]): void {
    if (mode !== "ground") return;
    if (rest.length <= longestSequence) {
      held = rest.slice();
      return;
    }
    events.push({ type: "unknown", bytes: rest });
    mode = isString(rest) ? "skip-string" : "skip-sequence";
  }

  function flush(): readonly InputEvent[] {
    const rest = held;
    const was = mode;
    held = nothing;
    mode = "ground";
    if (was === "paste") return [pastePiece(rest, true)];
    return was === "ground" ? decodeRest(rest) : [];
  }

  function wait(): number | undefined {
    if (mode === "paste") return pasteWaitMs;
    if (mode !== "ground") return sequenceWaitMs;
    if (held.length === 0) return undefined;
    return held.length <= 2 ? keyWaitMs : sequenceWaitMs;
  }

  return {
    feed,
    flush,
    get pending() {
      return mode !== "paste" && wait() !== undefined;
    },
    get flushAfterMs() {
      return wait();
    },
    expectCursorReport() {
      cursorReports++;
    },
  };
}

/** DCS, OSC or APC, not a control sequence. */
function isString(rest: Uint8Array): boolean {
  return rest[1] === 0x50 || rest[1] === 0x5d || rest[1] === 0x5f;
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
