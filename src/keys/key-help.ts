/** What people see of the keymap: help overlay, which-key strip, footer, README. */
import { type Action, actionNames, actions } from "../core/action.ts";
import { defaultSettings } from "../core/settings.ts";
import { createKeymap, type Keymap } from "./keymap.ts";

export type HelpRow = {
  readonly action: Action;
  /** All keys of the action: "alt+1, ctrl+o 1"; empty when it has none. */
  readonly keys: string;
  readonly title: string;
  readonly group: string;
};

/** One row an action, also for those without a key: the palette has them. */
export function helpRows(keymap: Keymap): readonly HelpRow[] {
  return actionNames.map((action) => {
    const { title, group } = actions[action];
    return { action, keys: keymap.chordsOf(action).join(", "), title, group };
  });
}

/**
 * One row an action that can follow the prefix; `keys` are the keys after it: "R". Titles are short, and
 * the four directions are one row: all of it has to fit into half of a terminal of 80x24.
 */
export function whichKeyRows(keymap: Keymap): readonly HelpRow[] {
  return actionNames
    .filter((action) => !directions.includes(action) || action === directions[0])
    .map((action) => {
      const { title, group } = actions[action];
      return action === directions[0]
        ? { action, keys: directionKeys(keymap), title: "move the focus", group }
        : {
            action,
            keys: keymap.prefixedChordsOf(action).join(" "),
            title: withoutDetail(title),
            group,
          };
    })
    .filter((row) => row.keys !== "");
}

const directions: readonly Action[] = ["focus-left", "focus-down", "focus-up", "focus-right"];

/** "h j k l": of each direction the first key. */
function directionKeys(keymap: Keymap): string {
  return directions.flatMap((action) => keymap.prefixedChordsOf(action).slice(0, 1)).join(" ");
}

/** "restart this mode, conversation kept" is "restart this mode". */
function withoutDetail(title: string): string {
  return title.replace(/(,|:| \().*$/u, "");
}

export type FooterHint = { readonly keys: string; readonly title: string };

/** The few keys that the footer shows, the most important first: what does not fit is cut. */
export function footerHints(keymap: Keymap): readonly FooterHint[] {
  const focus = (["focus-plan", "focus-build", "focus-review"] as const).map(
    (action) => keymap.chordsOf(action)[0],
  );
  const hints = [
    { keys: keymap.prefix, title: "keys" },
    {
      keys: focus.every((keys) => keys !== undefined) ? shortened(focus) : undefined,
      title: "focus",
    },
    { keys: keymap.chordsOf("help")[0], title: "help" },
    { keys: keymap.chordsOf("quit")[0], title: "quit" },
  ];
  return hints.flatMap(({ keys, title }) => (keys === undefined ? [] : [{ keys, title }]));
}

/** "alt+1", "alt+2", "alt+3" as "alt+1/2/3"; without a common begin just the first ones in full. */
function shortened(chords: readonly string[]): string {
  const [first = "", ...others] = chords;
  const begin = first.slice(0, -1);
  const short = others.every((chord) => chord.slice(0, -1) === begin);
  return [first, ...others.map((chord) => (short ? chord.slice(-1) : chord))].join("/");
}

/** The key table of README, as Markdown; generated so that it cannot be out of date. */
export function keyTableMarkdown(keymap: Keymap = createKeymap(defaultSettings.keys)): string {
  const rows = helpRows(keymap).map(
    ({ keys, title }) => `| ${keys ? inCode(keys) : "-"} | ${title} |`,
  );
  return ["| keys | does |", "|---|---|", ...rows, ""].join("\n");
}

function inCode(keys: string): string {
  return keys
    .split(", ")
    .map((chord) => `\`${chord.replaceAll("|", "\\|")}\``)
    .join(", ");
}
