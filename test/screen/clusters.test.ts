import { describe, expect, it } from "vitest";
import { contentBits } from "../../src/screen/cell.ts";
import { createClusters } from "../../src/screen/clusters.ts";
import { cleanCluster, isPrintable, maxClusterLength } from "../../src/screen/printable.ts";

describe("a table of clusters", () => {
  it("gives one number to one text", () => {
    const clusters = createClusters();

    const content = clusters.contentOf("👍🏽");

    expect(content & contentBits.cluster).not.toBe(0);
    expect(clusters.contentOf("👍🏽")).toBe(content);
    expect(clusters.contentOf("👍🏿")).not.toBe(content);
    expect(clusters.textOf(content & contentBits.codePoint)).toBe("👍🏽");
  });

  it("gives the code point of a text that is only one", () => {
    expect(createClusters().contentOf("a\u202e")).toBe(0x61);
    expect(createClusters().contentOf("🚀")).toBe(0x1f680);
  });

  it("knows how far a terminal may draw a cluster that it does not join", () => {
    const clusters = createClusters();
    const reachOf = (text: string): number =>
      clusters.reachOf(clusters.contentOf(text) & contentBits.codePoint);

    expect(reachOf("e\u0301\u0302")).toBe(0);
    expect(reachOf("❤️")).toBe(3);
    expect(reachOf("กั")).toBe(3);
    expect(reachOf("🇩🇪")).toBe(4);
    expect(reachOf("👩‍💻")).toBe(6);
  });

  it("is empty after it was cleared", () => {
    const clusters = createClusters();
    clusters.contentOf("🇩🇪");

    clusters.clear();

    expect(clusters.size).toBe(0);
  });
});

describe("the text of a cell", () => {
  it.each([
    ["e\u0301", "e\u0301"],
    ["👨‍👩‍👧‍👦", "👨‍👩‍👧‍👦"],
    ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"],
    ["a\x1b\x9b\x00b", "ab"],
    ["a\u202e\u2066\ufeff", "a"],
    ["\u0301\u200d", " "],
    ["", " "],
  ])("%j is written as %j", (text, clean) => {
    expect(cleanCluster(text)).toBe(clean);
  });

  it("has a bounded length", () => {
    expect(Array.from(cleanCluster(`e${"\u0301".repeat(1000)}`))).toHaveLength(maxClusterLength);
  });

  it.each([
    [0x1b, false],
    [0x7f, false],
    [0x85, false],
    [0x9b, false],
    [0xad, false],
    [0x301, false],
    [0x200b, false],
    [0x202e, false],
    [0xd800, false],
    [0x1160, false],
    [0xfe0f, false],
    [0x20, true],
    [0xe9, true],
    [0x2500, true],
    [0x6f22, true],
    [0x1f680, true],
    [0xe0b0, true],
  ])("may hold %i: %s", (codePoint, printable) => {
    expect(isPrintable(codePoint)).toBe(printable);
  });
});
