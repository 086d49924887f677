import { describe, expect, it } from "vitest";
import { addIgnoreLines } from "../../../src/profiles/setup/ignore-lines.ts";
import {
  hashMarks,
  markdownMarks,
  readBlock,
  withBlock,
} from "../../../src/profiles/setup/marked-block.ts";
import { mergeTexts } from "../../../src/profiles/setup/three-way.ts";
import { unifiedDiff } from "../../../src/profiles/setup/unified-diff.ts";

describe("ignore lines", () => {
  const theirs = "# Shell.\n/.direnv/\n/result\n\n# Mix.\n/deps/\n*.ez\n";

  it("are added where they are missing, with the comment above them", () => {
    expect(addIgnoreLines("deps\nnode_modules/\n", theirs)).toBe(
      "deps\nnode_modules/\n\n# Shell.\n/.direnv/\n/result\n\n# Mix.\n*.ez\n",
    );
  });

  it("leave a text that has them all as it is", () => {
    const text = ".direnv/\nresult\r\n/deps\n*.ez";

    expect(addIgnoreLines(text.replace("\r", ""), theirs)).toBe(text.replace("\r", ""));
  });

  it("end a last line that has no end", () => {
    expect(addIgnoreLines("/a", "/b\n")).toBe("/a\n\n/b\n");
    expect(addIgnoreLines("", "# B\n/b\n")).toBe("# B\n/b\n");
  });

  it("that a person took out stay out", () => {
    expect(addIgnoreLines("/result\n/deps/\n*.ez\n", `${theirs}/new/\n`, theirs)).toBe(
      "/result\n/deps/\n*.ez\n\n# Mix.\n/new/\n",
    );
  });

  it("do not take a rule for its opposite", () => {
    expect(addIgnoreLines("/keep\n", "!/keep\n")).toBe("/keep\n\n!/keep\n");
  });
});

describe("a marked block", () => {
  it("goes behind what a person wrote", () => {
    expect(withBlock("# Mine\n", "ours\n", markdownMarks)).toBe(
      "# Mine\n\n<!-- ai-rules: begin -->\nours\n<!-- ai-rules: end -->\n",
    );
    expect(withBlock("dotenv", "use flake", hashMarks)).toBe(
      "dotenv\n\n# ai-rules: begin\nuse flake\n# ai-rules: end\n",
    );
  });

  it("is changed in its place", () => {
    const first = `${withBlock("# Mine\n", "ours\n", markdownMarks)}\nMore of mine.\n`;

    expect(withBlock(first, "newer\n", markdownMarks)).toBe(first.replace("ours", "newer"));
    expect(readBlock(first, markdownMarks)).toMatchObject({ type: "block", inside: "ours\n" });
  });

  it.each([
    "<!-- ai-rules: begin -->\nours\n",
    "<!-- ai-rules: end -->\n<!-- ai-rules: begin -->\n",
    "<!-- ai-rules: begin -->\n<!-- ai-rules: begin -->\n<!-- ai-rules: end -->\n",
  ])("is broken without its two marks: %j", (text) => {
    expect(readBlock(text, markdownMarks)).toEqual({ type: "broken" });
  });
});

describe("three texts", () => {
  const base = "a\nb\nc\nd\ne\nf\n";

  it("are joined where each side changed another place", () => {
    expect(mergeTexts({ base, mine: base.replace("b", "B"), theirs: base.replace("f", "F") })).toBe(
      "a\nB\nc\nd\ne\nF\n",
    );
  });

  it("are joined where both sides made the same change", () => {
    const both = base.replace("b", "B");

    expect(mergeTexts({ base, mine: both, theirs: both })).toBe(both);
  });

  it("are left alone where both sides changed the same place", () => {
    const [mine, theirs] = [base.replace("b", "X"), base.replace("b", "Y")];

    expect(mergeTexts({ base, mine, theirs })).toBeUndefined();
  });

  it("may have lines with the names of an object's own properties", () => {
    const odd = "constructor\n__proto__\ntoString\nend\n";

    expect(mergeTexts({ base: odd, mine: `${odd}more\n`, theirs: `first\n${odd}` })).toBe(
      `first\n${odd}more\n`,
    );
  });
});

describe("a unified diff", () => {
  const texts = (before: string | undefined, after: string | undefined) =>
    unifiedDiff({ path: "a.txt", before, after }).map(({ text }) => text);

  it("shows a change with what stands around it", () => {
    expect(texts("1\n2\n3\n4\n5\n", "1\n2\n3\nfour\n5\n")).toEqual([
      "--- a/a.txt",
      "+++ b/a.txt",
      "@@ -1,5 +1,5 @@",
      " 1",
      " 2",
      " 3",
      "-4",
      "+four",
      " 5",
    ]);
  });

  it("shows a new file and one that goes", () => {
    expect(texts(undefined, "x\n")).toEqual([
      "--- /dev/null",
      "+++ b/a.txt",
      "@@ -0,0 +1,1 @@",
      "+x",
    ]);
    expect(texts("x\n", undefined).slice(0, 2)).toEqual(["--- a/a.txt", "+++ /dev/null"]);
    expect(texts("x\n", "x\n")).toEqual([]);
  });

  it("shows nothing that a terminal would obey", () => {
    expect(texts("", "\u001B[31mred\tx\r\n").at(-1)).toBe("+red    x");
  });
});
