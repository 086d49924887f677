import { describe, expect, it } from "vitest";
import { defaultSettings } from "../../src/core/settings.ts";
import { findCollisions } from "../../src/keys/collisions.ts";
import { createKeymap } from "../../src/keys/keymap.ts";

const keymap = createKeymap(defaultSettings.keys);

describe("findCollisions", () => {
  it("finds nothing in keys that are not ours", () => {
    const keybinds = { leader: "ctrl+x", app_exit: "<leader>q", none: "none", odd: "hyperspace,," };

    expect(findCollisions(keybinds, keymap)).toEqual([]);
  });

  it("names the line that moves the prefix to a key that is free", () => {
    const found = findCollisions({ leader: "ctrl+o", input_redo: "ctrl+l" }, keymap);

    expect(found).toEqual([
      {
        code: "opencode/key-collision",
        message: `ctrl+o is the prefix here, so OpenCode's "leader" never gets it`,
        remedy: `in ai-rules.json: "keys": { "prefix": "ctrl+y" }`,
      },
    ]);
  });

  it("names the line that gives a direct key back, also after OpenCode's leader", () => {
    const found = findCollisions({ model_list: "f2,<leader>alt+1", page: "S-PgUp" }, keymap);

    expect(found.map(({ remedy }) => remedy)).toEqual([
      `in ai-rules.json: "keys": { "bindings": { "focus-plan": [] } }`,
      `in ai-rules.json: "keys": { "bindings": { "scroll-up": [] } }`,
    ]);
  });

  it("follows the user's own keymap", () => {
    const own = createKeymap({ prefix: "ctrl+y", bindings: {} });

    expect(findCollisions({ leader: "ctrl+o" }, own)).toEqual([]);
    expect(findCollisions({ leader: "ctrl+y" }, own)).toHaveLength(1);
  });

  it("lets no control character of the file through", () => {
    expect(findCollisions({ "a\x1b]0;x\x07": "ctrl+o" }, keymap)[0]?.message).not.toMatch(
      /[\u0000-\u001f]/,
    );
  });
});
