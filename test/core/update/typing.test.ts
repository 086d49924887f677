import { expect, it } from "vitest";
import { edited, moved } from "../../../src/core/update/typing.ts";

it.each([
  ["ab", "c", "c", "abc"],
  ["ab", "backspace", "", "a"],
  ["a👍", "backspace", "", "a"],
  ["", "backspace", "", ""],
  ["one two", "ctrl+w", "", "one "],
  ["one two", "ctrl+u", "", ""],
  ["ab", "paste", "cd ef", "abcd ef"],
  ["ab", "enter", "\r", "ab"],
  ["ab", "f1", "", "ab"],
])("a line %j becomes after %s (%j) %j", (line, chord, text, after) => {
  expect(edited(line, chord, text)).toBe(after);
});

it.each([
  [0, "down", 3, 1],
  [2, "down", 3, 2],
  [9, "up", 3, 1],
  [0, "down", 0, 0],
  [0, "pagedown", 30, 10],
  [12, "pageup", 30, 2],
  [5, "home", 30, 0],
  [5, "end", 30, 29],
  [5, "j", 30, undefined],
  [5, "x", 30, undefined],
])("a selection at %i goes with %s among %i to %s", (from, chord, count, to) => {
  expect(moved(from, { chord, count })).toBe(to);
});

it.each([
  ["j", 6],
  ["k", 4],
  ["g", 0],
  ["G", 29],
  ["q", undefined],
])("a selection at 5 goes with the letter %s to %s", (chord, to) => {
  expect(moved(5, { chord, count: 30, letters: true })).toBe(to);
});
