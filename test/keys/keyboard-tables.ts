import { readFileSync } from "node:fs";
import { modifier } from "../../src/keys/key.ts";
import { fromHex } from "./bytes.ts";

/** A row of the keyboard tables: bytes, and the key that they are. */
export type Row = {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly code: string;
  readonly modifiers: number;
  readonly kind: string;
  /** Undefined where the table says nothing. */
  readonly shifted: string | undefined;
};

/** All rows of the tables under test/fixtures/keyboard-protocol. */
export function keyboardRows(): readonly Row[] {
  return [
    ...rowsOf("keyboard_protocol_corpus.tsv", 1),
    ...rowsOf("linux_terminal_variants.tsv", 2),
    ...rowsOf("macos_terminal_variants.tsv", 2),
  ];
}

function rowsOf(file: string, nameColumns: number): readonly Row[] {
  const path = new URL(`../fixtures/keyboard-protocol/${file}`, import.meta.url);
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .map((line) => rowOf(line.split("\t"), nameColumns));
}

function rowOf(columns: readonly string[], nameColumns: number): Row {
  const [hex = "", code = "", modifiers = "", kind = "", shifted = ""] = columns.slice(nameColumns);
  return {
    name: `${columns.slice(0, nameColumns).join(" ")} (${hex})`,
    bytes: fromHex(hex),
    code: code.replace(/^char:/, ""),
    modifiers: modifiersOf(modifiers),
    kind,
    shifted: shifted === "" ? undefined : String.fromCodePoint(Number(shifted)),
  };
}

function modifiersOf(text: string): number {
  const bits: Record<string, number> = {
    control: modifier.ctrl,
    shift: modifier.shift,
    alt: modifier.alt,
  };
  const names = text === "-" ? [] : text.split("+");
  return names.reduce((sum, name) => sum + (bits[name] ?? Number.NaN), 0);
}
