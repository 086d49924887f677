import { textWidth } from "../../core/cell-text.ts";
import { printable } from "../../core/text.ts";
import type { HelpRow } from "./hints.ts";
import { type Line, line, span } from "./line.ts";
import type { OverlayRequest, OverlayView } from "./overlay-view.ts";

/** All keys in groups, from the key table; the filter keeps the rows that hold all its words. */
export function helpView({ overlay, hints, size }: OverlayRequest<"help">): OverlayView {
  const keyCols = Math.max(0, ...hints.help.map(({ keys }) => textWidth(keys)));
  const lines = groupedLines(filtered(hints.help, overlay.filter), keyCols);
  const top = Math.max(0, Math.min(overlay.top, lines.length - size.rows));
  const shown = lines.length === 0 ? [line("no key does that", "dim")] : lines;
  return {
    type: "overlay",
    title: titleLine(overlay, hints.help.length),
    lines: shown.slice(top, top + size.rows),
    keys: overlay.typing
      ? [
          { keys: "enter", title: "keep" },
          { keys: "esc", title: "all keys" },
        ]
      : [
          { keys: "j k", title: "scroll" },
          { keys: "/", title: "filter" },
          { keys: "esc", title: overlay.filter === "" ? "close" : "all keys" },
        ],
    top,
    // All the keys, so that the frame keeps its height while the filter is typed.
    wanted: groupedLines(hints.help, keyCols).length,
  };
}

function titleLine({ filter, typing }: OverlayRequest<"help">["overlay"], count: number): Line {
  if (!typing && filter === "")
    return { left: [span("keys", "strong")], right: [span(`${count}`, "dim")] };
  const text = span(` / ${printable(filter)}`);
  const left = [span("keys", "strong"), text];
  return { left: typing ? [...left, { type: "cursor" }] : left };
}

function filtered(rows: readonly HelpRow[], filter: string): readonly HelpRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ keys, title, group }) => {
    const text = `${keys} ${title} ${group}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

function groupedLines(rows: readonly HelpRow[], keyCols: number): readonly Line[] {
  const groups = [...new Set(rows.map(({ group }) => group))];
  return groups.flatMap((group) => [
    line(group, "dim"),
    ...rows.filter((row) => row.group === group).map((row) => rowLine(row, keyCols)),
  ]);
}

function rowLine({ keys, title }: HelpRow, keyCols: number): Line {
  const space = " ".repeat(Math.max(0, keyCols - textWidth(keys)) + 2);
  return { left: [span(`  ${keys}`, "key"), span(`${space}${title}`)] };
}
