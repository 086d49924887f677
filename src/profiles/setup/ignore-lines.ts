/** Lines of a `.gitignore`: those that are missing are added, none is taken away. */

type Rule = {
  readonly pattern: string;
  /** The comment above it or above its neighbours. */
  readonly heading: readonly string[];
};

/**
 * Adds the rules of `theirs` that a text lacks. A rule that `base` has and the text has not was taken
 * out by a person, and stays out. Lines end with "\n".
 */
export function addIgnoreLines(text: string, theirs: string, base = ""): string {
  const present = new Set(rulesOf(text).map(({ pattern }) => meaning(pattern)));
  const dropped = new Set(rulesOf(base).map(({ pattern }) => meaning(pattern)));
  const missing = rulesOf(theirs).filter(
    ({ pattern }) => !present.has(meaning(pattern)) && !dropped.has(meaning(pattern)),
  );
  if (missing.length === 0) return text;
  const added = missing.flatMap(({ pattern, heading }, index) =>
    heading === missing[index - 1]?.heading ? [pattern] : ["", ...heading, pattern],
  );
  const before = text === "" || text.endsWith("\n") ? text : `${text}\n`;
  const lines = before === "" ? added.slice(1) : added;
  return `${before}${lines.join("\n")}\n`;
}

function rulesOf(text: string): readonly Rule[] {
  const rules: Rule[] = [];
  let heading: readonly string[] = [];
  let previous: "rule" | "comment" | "blank" = "blank";
  for (const line of text.split("\n").map((each) => each.trimEnd())) {
    if (line === "") previous = "blank";
    else if (line.startsWith("#")) {
      heading = previous === "comment" ? [...heading, line] : [line];
      previous = "comment";
    } else {
      if (previous === "blank") heading = [];
      rules.push({ pattern: line, heading });
      previous = "rule";
    }
  }
  return rules;
}

/** `/deps/`, `deps/` and `/deps` say the same of what we ignore, which is all at the top. */
function meaning(pattern: string): string {
  return pattern.replace(/^(!?)\//, "$1").replace(/\/$/, "");
}
