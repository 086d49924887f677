/** What the doctor found: what needs attention first, each with its remedy, then all the rest. */
import { wrapText } from "../../core/cell-text.ts";
import {
  type CheckStatus,
  countsOf,
  type Diagnosis,
  type DiagnosisItem,
  diagnosisItems,
  groupTitles,
  type Mended,
  selectedItem,
} from "../../core/diagnosis.ts";
import { printable } from "../../core/text.ts";
import type { KeyHint } from "./hints.ts";
import { blank, type Line, line, type Meaning, type Span, span } from "./line.ts";
import { windowTop } from "./list-window.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

export function doctorView({ state, overlay, size }: OverlayRequest<"doctor">): OverlayView {
  const diagnosis = state.diagnosis ?? none;
  const items = diagnosisItems(diagnosis);
  const at = selectedItem(items, overlay.at);
  const blocks = blocksOf(diagnosis, items, { cols: size.cols, at });
  const lines = blocks.flatMap((block) => block.lines);
  const top = topOf(blocks, at, size.rows);
  return {
    type: "overlay",
    title: { left: [span("doctor", "strong")], right: standing(diagnosis, items) },
    lines: lines.slice(top, top + size.rows),
    keys: keysOf(diagnosis),
    wanted: Number.MAX_SAFE_INTEGER,
  };
}

const none: Diagnosis = { stage: "examining", order: [], waiting: [], checks: [], mended: [] };

function keysOf({ stage, checks }: Diagnosis): readonly KeyHint[] {
  const fixable = checks.some(({ findings }) => findings.some((each) => each.fixable));
  return [
    { keys: "j k g G", title: "select" },
    ...(stage === "done" && fixable ? [{ keys: "f", title: "mend" }] : []),
    { keys: "c", title: "copy the remedy" },
    ...(stage === "done" ? [{ keys: "r", title: "look again" }] : []),
    { keys: "esc", title: "close" },
  ];
}

/** "12 of 41; nix-shell ...", or how all came out: what is counted are the lines below. */
function standing(diagnosis: Diagnosis, items: readonly DiagnosisItem[]): readonly Span[] {
  const { stage, order, waiting } = diagnosis;
  if (stage === "mending") return [span("mending", "dim")];
  if (stage === "examining" && order.length === 0) return [span("looking", "dim")];
  if (stage === "examining") {
    const first = waiting[0] === undefined ? "" : `; ${waiting[0]} ...`;
    return [span(`${order.length - waiting.length} of ${order.length}${first}`, "dim")];
  }
  const { fail, warn, ok, skip } = countsOf(items.map(({ finding }) => finding));
  const parts: readonly Span[] = [
    ...(fail > 0 ? [span(`${fail} failed`, "error")] : []),
    ...(warn > 0 ? [span(`${warn} ${warn === 1 ? "warning" : "warnings"}`, "warning")] : []),
    span(`${ok} ok`, "good"),
    ...(skip > 0 ? [span(`${skip} skipped`, "dim")] : []),
  ];
  return parts.flatMap((part, index) => (index === 0 ? [part] : [span(", ", "dim"), part]));
}

/** Lines that stand together; those of an item are selected together. */
type Block = { readonly lines: readonly Line[]; readonly item?: number };

type Place = {
  readonly cols: number;
  /** The selected item. */
  readonly at: number;
};

function blocksOf(
  { stage, mended }: Diagnosis,
  items: readonly DiagnosisItem[],
  place: Place,
): readonly Block[] {
  const blocks: Block[] = [{ lines: mended.flatMap((each) => mendedLines(each, place.cols)) }];
  if (stage === "done" && !items.some(isTrouble))
    blocks.push({ lines: [line("nothing is wrong", "good")] });
  let title: string | undefined;
  items.forEach((item, index) => {
    const next = isTrouble(item) ? "needs attention" : groupTitles[item.check.group];
    if (next !== title) {
      const isFirst = blocks.every(({ lines }) => lines.length === 0);
      blocks.push({ lines: [...(isFirst ? [] : [blank]), line(next, "strong")] });
    }
    title = next;
    blocks.push({
      lines: itemLines(item, { ...place, isSelected: index === place.at }),
      item: index,
    });
  });
  return blocks;
}

function isTrouble({ finding: { status } }: DiagnosisItem): boolean {
  return status === "fail" || status === "warn";
}

function mendedLines({ id, did, error }: Mended, cols: number): readonly Line[] {
  const text = error === undefined ? `mended ${id}: ${did}` : `not mended ${id}: ${error}`;
  return wrapText(printable(text), cols).map((each) =>
    line(each, error === undefined ? "good" : "error"),
  );
}

const meanings: Readonly<Record<CheckStatus, Meaning>> = {
  ok: "good",
  warn: "warning",
  fail: "error",
  skip: "dim",
};

/** Marker, a blank, the status, two blanks. */
const indentation = " ".repeat(8);

type ItemPlace = { readonly cols: number; readonly isSelected: boolean };

function itemLines({ check, finding }: DiagnosisItem, place: ItemPlace): readonly Line[] {
  const { status, found, why, remedy, link, fixable } = finding;
  const room = Math.max(1, place.cols - indentation.length);
  const rows = (text: string, meaning: Meaning) =>
    wrapText(printable(text), room).map((each) => line(indentation + each, meaning));
  const quiet = status === "skip" ? "dim" : "plain";
  const [first = "", ...more] = wrapText(printable(`${check.id}: ${found}`), room);
  return [
    {
      left: [
        place.isSelected ? { type: "marker" } : span(" "),
        span(" "),
        span(status.padEnd(4), meanings[status]),
        span("  "),
        span(first, place.isSelected ? "selected" : quiet),
      ],
    },
    ...more.map((each) => line(indentation + each, quiet)),
    ...(why === undefined ? [] : rows(`why: ${why}`, "plain")),
    ...(remedy === undefined ? [] : rows(`fix: ${remedy}`, "plain")),
    ...(fixable ? rows("f mends it", "dim") : []),
    ...(link === undefined ? [] : rows(`see: ${link}`, "dim")),
  ];
}

/** The selected item is shown whole where there is room; what stands above the first one, with it. */
function topOf(blocks: readonly Block[], at: number, rows: number): number {
  if (at === 0) return 0;
  let start = 0;
  for (const { item, lines } of blocks) {
    if (item === at) {
      const count = blocks.reduce((sum, block) => sum + block.lines.length, 0);
      const middle = start + Math.floor(lines.length / 2);
      return Math.min(start, windowTop(middle, { count, rows }));
    }
    start += lines.length;
  }
  return 0;
}
