import { findCollisions } from "../../keys/collisions.ts";
import { createKeymap } from "../../keys/keymap.ts";
import { readKeybinds } from "../../opencode/user-keybinds.ts";
import { type Check, findingOf, ok, skip } from "../check.ts";
import { opencodeModes } from "../facts/opencode.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** Keys that the user gave to OpenCode and that ai-rules takes before it. */
export const keysCheck: Check = {
  id: "agents-keys",
  group: "agents",
  title: "the keys of ai-rules, and those that your tui.json gives to OpenCode",
  timeoutMs: 2000,
  run: async (context) => {
    const { ports, root } = context;
    const { settings } = await projectSettings(context);
    const keymap = createKeymap(settings.keys);
    const broken = keymap.problems.map((problem) => findingOf(problem, { status: "warn", root }));
    if ((await opencodeModes(context)).length === 0)
      return broken.length > 0 ? broken : [skip("no mode runs OpenCode")];
    const { variables: environment } = await shellVariables(context);
    const keybinds = await readKeybinds(ports, { root, environment });
    const collisions = findCollisions(keybinds, keymap).map((problem) => ({
      ...findingOf(problem, { status: "warn", root }),
      why: "a key has one owner, and ai-rules is asked first",
    }));
    const findings = [...broken, ...collisions];
    if (findings.length > 0) return findings;
    const count = Object.keys(keybinds).length;
    const own = count === 0 ? "no keys of your own in tui.json" : `${count} keybinds in tui.json`;
    return [ok(`${own}; the prefix is ${keymap.prefix ?? "unbound"}`)];
  },
};
