/** The keys that the chrome shows in tests: some of the default ones. */
import type { Hints } from "../../src/tui/view/hints.ts";

const row = (keys: string, title: string, group: string) => ({ keys, title, group });

const help = [
  row("alt+1, ctrl+o 1", "focus plan", "focus"),
  row("alt+2, ctrl+o 2", "focus build", "focus"),
  row("ctrl+o n", "next pane that waits for me", "focus"),
  row("ctrl+o r", "restart this mode, conversation kept", "agent"),
  row("ctrl+o R", "restart all modes", "agent"),
  row("ctrl+o z", "zoom the focused pane", "layout"),
  row("ctrl+o E", "environment: state, hook output, reload", "ai-rules"),
  row("ctrl+o q", "quit", "ai-rules"),
];

const chords: Readonly<Record<string, string>> = {
  "restart-all": "ctrl+o R",
  environment: "ctrl+o E",
  "pick-model": "ctrl+o m",
  models: "ctrl+o M",
  quit: "ctrl+o q",
};

export const sampleHints: Hints = {
  prefix: "ctrl+o",
  footer: [
    { keys: "alt+1 2 3", title: "focus" },
    { keys: "ctrl+o ?", title: "help" },
    { keys: "ctrl+o q", title: "quit" },
  ],
  whichKey: help.map(({ keys, title }) => ({ keys: keys.split(" ").at(-1) ?? "", title })),
  help,
  chordOf: (action) => chords[action] ?? "ctrl+o x",
};
