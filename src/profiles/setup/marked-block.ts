/** A block of ours in a file of somebody else: between two lines that mark it. */

export type Marks = { readonly begin: string; readonly end: string };

export const markdownMarks: Marks = {
  begin: "<!-- ai-rules: begin -->",
  end: "<!-- ai-rules: end -->",
};

export const hashMarks: Marks = { begin: "# ai-rules: begin", end: "# ai-rules: end" };

export type ReadBlock =
  | { readonly type: "none" }
  /** A mark is missing, or there twice: where the block ends is not known. */
  | { readonly type: "broken" }
  | {
      readonly type: "block";
      /** All up to the mark, all after the other one. */
      readonly before: string;
      readonly inside: string;
      readonly after: string;
    };

/** Looks for the block; lines end with "\n". */
export function readBlock(text: string, { begin, end }: Marks): ReadBlock {
  const lines = text.split("\n");
  const [from, to] = [placesOf(lines, begin), placesOf(lines, end)];
  if (from.length === 0 && to.length === 0) return { type: "none" };
  const [first = -1] = from;
  const [last = -1] = to;
  if (from.length !== 1 || to.length !== 1 || last < first) return { type: "broken" };
  return {
    type: "block",
    before: lines.slice(0, first).map(ended).join(""),
    inside: lines
      .slice(first + 1, last)
      .map(ended)
      .join(""),
    after: lines.slice(last + 1).join("\n"),
  };
}

function placesOf(lines: readonly string[], mark: string): readonly number[] {
  return lines.flatMap((line, index) => (line.trim() === mark ? [index] : []));
}

function ended(line: string): string {
  return `${line}\n`;
}

/** The text with the block in it: in the place of the one that is there, else at the end. */
export function withBlock(text: string, inside: string, marks: Marks): string {
  const read = readBlock(text, marks);
  const block = `${marks.begin}\n${inside}${inside.endsWith("\n") ? "" : "\n"}${marks.end}\n`;
  if (read.type === "block") return `${read.before}${block}${read.after}`;
  const gap = text === "" ? "" : text.endsWith("\n") ? "\n" : "\n\n";
  return `${text}${gap}${block}`;
}
