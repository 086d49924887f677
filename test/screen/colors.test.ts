import { describe, expect, it } from "vitest";
import { colorBits } from "../../src/screen/cell.ts";
import { type ColorDepth, reduceColor } from "../../src/screen/colors.ts";

const rgb = (value: number): number => colorBits.rgb | value;
const index256 = (value: number): number => colorBits.palette256 | value;
const index16 = (value: number): number => colorBits.palette16 | value;

describe("a colour on a terminal with fewer", () => {
  it.each<[string, number, ColorDepth, number]>([
    ["stays with true colour", rgb(0x123456), "truecolor", rgb(0x123456)],
    ["is the default where there is none", rgb(0x123456), "none", 0],
    ["stays the default", 0, "16", 0],
    ["is a corner of the cube", rgb(0xff0000), "256", index256(196)],
    ["is inside the cube", rgb(0x5f87af), "256", index256(67)],
    ["is a grey", rgb(0x808080), "256", index256(244)],
    ["is black", rgb(0x000000), "256", index256(16)],
    ["is white", rgb(0xffffff), "256", index256(231)],
    ["stays an index of 256", index256(200), "256", index256(200)],
    ["is bright red", rgb(0xf01010), "16", index16(9)],
    ["is a dark grey of the 256", index256(243), "16", index16(8)],
    ["is a cube colour of the 256", index256(21), "16", index16(4)],
    ["keeps one of the first 16", index256(5), "16", index16(5)],
    ["keeps one of the 16", index16(12), "16", index16(12)],
  ])("%s", (_name, word, depth, reduced) => {
    expect(reduceColor(word, depth).toString(16)).toBe(reduced.toString(16));
  });
});
