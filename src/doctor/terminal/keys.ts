import type { Chord } from "../../keys/chord.ts";
import { createKeymap } from "../../keys/keymap.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { projectSettings } from "../facts/settings.ts";
import { tmux } from "../facts/tmux.ts";

/** Whether somebody takes the prefix before us. That a key arrives, only pressing it shows. */
export const keysCheck: Check = {
  id: "terminal-keys",
  group: "terminal",
  title: "the prefix and alt reach ai-rules",
  timeoutMs: 3000,
  run: async (context) => {
    const { settings } = await projectSettings(context);
    const { prefix } = createKeymap(settings.keys);
    const taken = prefix === undefined ? undefined : await takenBy(context, prefix);
    const first: Finding =
      prefix === undefined
        ? skip("the prefix is unbound")
        : taken
          ? prefixTaken(prefix, taken)
          : ok(`nothing around takes the prefix ${prefix}`);
    const alt = altNote(context);
    return alt === undefined ? [first] : [first, skip(alt)];
  },
};

type Taker = { readonly name: string; readonly free: Chord };

/** Of those around us that have a prefix, or keys, of their own. */
async function takenBy(context: DoctorContext, prefix: Chord): Promise<Taker | undefined> {
  const { ZELLIJ, STY } = context.ports.env;
  const around = await tmux(context);
  const ofTmux = [around?.option("prefix"), around?.option("prefix2")].map(chordOfTmux);
  if (ofTmux.includes(prefix)) return { name: "tmux", free: freeOf(prefix) };
  if (ZELLIJ !== undefined && zellijKeys.includes(prefix))
    return { name: "Zellij", free: "ctrl+y" };
  if (STY !== undefined && prefix === "ctrl+a") return { name: "GNU screen", free: "ctrl+o" };
  return undefined;
}

/** Zellij's own bindings as it comes; each opens a mode of its own. */
const zellijKeys: readonly Chord[] =
  "ctrl+p ctrl+t ctrl+n ctrl+h ctrl+s ctrl+o ctrl+g ctrl+q ctrl+b".split(" ");

function freeOf(prefix: Chord): Chord {
  return prefix === "ctrl+o" ? "ctrl+y" : "ctrl+o";
}

/** "C-b" and "M-a" as we write them. */
function chordOfTmux(key: string | undefined): Chord | undefined {
  return key?.replace(/^C-/u, "ctrl+").replace(/^M-/u, "alt+");
}

function prefixTaken(prefix: Chord, { name, free }: Taker): Trouble {
  return {
    status: "warn",
    code: "terminal/prefix-taken",
    found: `${prefix} is the prefix of ai-rules, and a key of the ${name} around it`,
    why: `${name} sees it first, so no command of ai-rules can be given`,
    remedy: `give ai-rules another one, in ai-rules.json: "keys": { "prefix": "${free}" }`,
  };
}

/** Terminals of macOS that keep alt for themselves unless told otherwise. */
const optionKeys: Readonly<Record<string, string>> = {
  Apple_Terminal: 'Settings > Profiles > Keyboard > "Use Option as Meta key"',
  "iTerm.app": 'Settings > Profiles > Keys > "Left Option key: Esc+"',
  vscode: 'the setting "terminal.integrated.macOptionIsMeta": true',
};

function altNote({ ports: { env, host } }: DoctorContext): string | undefined {
  const where = optionKeys[env["TERM_PROGRAM"] ?? ""];
  if (host.os !== "darwin" || where === undefined) return undefined;
  return `whether alt arrives cannot be seen; if alt+2 types a letter: ${where}`;
}
