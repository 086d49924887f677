/** Words of a half-typed bash command line, without running anything of it. */

export type TypedWords = {
  /** As the command would get them; the last one is being typed, and may be empty. */
  readonly words: readonly string[];
  /** The last word as it is typed. */
  readonly raw: string;
  /** It has begun with a quote that is still open. */
  readonly isQuoted: boolean;
};

/** Splits at blanks outside of quotes. What bash would fill in stays as it is written. */
export function typedWords(line: string): TypedWords {
  const words: string[] = [];
  let word = "";
  let raw = "";
  let quote = "";
  let isWord = false;
  for (let at = 0; at < line.length; at++) {
    const unit = line.charAt(at);
    if (quote === "" && /\s/.test(unit)) {
      if (isWord) words.push(word);
      [word, raw, isWord] = ["", "", false];
      continue;
    }
    isWord = true;
    raw += unit;
    if (unit === "\\" && quote !== "'") {
      raw += line.charAt(at + 1);
      word += line.charAt(++at);
    } else if (quote === "" && /["']/.test(unit)) quote = unit;
    else if (unit === quote) quote = "";
    else word += unit;
  }
  return { words: [...words, word], raw, isQuoted: quote !== "" };
}

/**
 * What bash is to put in: it replaces only what stands behind the last of its word breaks, ":" and
 * "=" among them, and takes what it gets as it is.
 */
export function bashReply(
  word: string,
  { raw, isQuoted }: Pick<TypedWords, "raw" | "isQuoted">,
  wordBreaks: string,
): string {
  if (isQuoted) return word;
  const breaks = wordBreaks.replaceAll(/[\s"']/g, "");
  const at = Math.max(...Array.from(breaks, (unit) => raw.lastIndexOf(unit)), -1);
  const { words } = typedWords(raw.slice(0, at + 1));
  return quoted(word.slice(words.at(-1)?.length ?? 0));
}

function quoted(word: string): string {
  return word.replaceAll(/[^\w@%+=:,./~-]/gu, (unit) => `\\${unit}`);
}
