import { describe, expect, it } from "vitest";
import { actionNames } from "../../src/core/action.ts";
import { defaultSettings } from "../../src/core/settings.ts";
import { footerHints, helpRows, keyTableMarkdown, whichKeyRows } from "../../src/keys/key-help.ts";
import { createKeymap } from "../../src/keys/keymap.ts";

const keymap = createKeymap(defaultSettings.keys);
const without = createKeymap({ prefix: "none", bindings: {} });

describe("what people see of the keys", () => {
  it("lists each action in the help, also those without a key", () => {
    expect(helpRows(keymap).map(({ action }) => action)).toEqual(actionNames);
    expect(helpRows(keymap)[0]).toEqual({
      action: "focus-plan",
      keys: "alt+1, ctrl+o 1",
      title: "focus plan",
      group: "focus",
    });
    expect(helpRows(without).find(({ action }) => action === "quit")?.keys).toBe("");
  });

  it("shows in the which-key strip only what can follow the prefix", () => {
    const rows = whichKeyRows(keymap);

    expect(rows.find(({ action }) => action === "focus-left")?.keys).toBe("h j k l");
    expect(rows.some(({ action }) => action === "focus-right")).toBe(false);
    expect(rows.find(({ action }) => action === "restart")?.title).toBe("restart this mode");
    expect(rows.some(({ action }) => action === "scroll-up")).toBe(false);
    expect(whichKeyRows(without)).toEqual([]);
  });

  it("shows in the footer the keys that lead to all others", () => {
    expect(footerHints(keymap)).toEqual([
      { keys: "ctrl+o", title: "keys" },
      { keys: "alt+1/2/3", title: "focus" },
      { keys: "ctrl+o ?", title: "help" },
      { keys: "ctrl+o q", title: "quit" },
    ]);
    expect(footerHints(without)).toEqual([{ keys: "alt+1/2/3", title: "focus" }]);
  });

  it("makes README's table", () => {
    expect(keyTableMarkdown()).toContain("| `alt+1`, `ctrl+o 1` | focus plan |\n");
    expect(keyTableMarkdown().split("\n")).toHaveLength(actionNames.length + 3);
    expect(keyTableMarkdown(without)).toContain("| - | quit |\n");
  });
});
