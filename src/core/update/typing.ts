/** What keys do to a line of text and to the selection in a list, the same in all overlays. */

/** A line of text after a key. */
export function edited(line: string, chord: string, text: string): string {
  if (chord === "backspace") return line.replace(/.$/su, "");
  if (chord === "ctrl+u") return "";
  if (chord === "ctrl+w") return line.replace(/\S*\s*$/, "");
  return /^[^\p{Cc}]+$/u.test(text) ? line + text : line;
}

const page = 10;

export type Movement = {
  readonly chord: string;
  /** How many lines the list has. */
  readonly count: number;
  /** No text is typed, so that letters move too. */
  readonly letters?: boolean;
};

/** Where the selection is after a key; undefined for a key that does not move it. */
export function moved(from: number, { chord, count, letters }: Movement): number | undefined {
  const last = Math.max(0, count - 1);
  const to = target(Math.min(from, last), { chord, count, ...(letters ? { letters } : {}) });
  return to === undefined ? undefined : Math.max(0, Math.min(last, to));
}

function target(from: number, { chord, count, letters }: Movement): number | undefined {
  switch (letters ? (letterKeys[chord] ?? chord) : chord) {
    case "up":
    case "ctrl+p":
    case "ctrl+k":
      return from - 1;
    case "down":
    case "ctrl+n":
    case "ctrl+j":
      return from + 1;
    case "pageup":
      return from - page;
    case "pagedown":
      return from + page;
    case "home":
      return 0;
    case "end":
      return count - 1;
    default:
      return undefined;
  }
}

const letterKeys: Readonly<Record<string, string>> = { j: "down", k: "up", g: "home", G: "end" };
