import { actions } from "../../core/action.ts";
import { shellWord } from "../../core/shell-word.ts";
import { type Chord, parseChord } from "../../keys/chord.ts";
import { createKeymap, type Keymap, prefixItself } from "../../keys/keymap.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { keysOfScreen, keysOfZellij } from "../facts/outer-keys.ts";
import { projectSettings } from "../facts/settings.ts";
import { terminalAnswers } from "../facts/terminal-answers.ts";
import { tmux } from "../facts/tmux.ts";
import { altAdvice } from "./alt-advice.ts";

/** Whether somebody takes our keys before us. That a key arrives, only pressing it shows. */
export const keysCheck: Check = {
  id: "terminal-keys",
  group: "terminal",
  title: "the prefix and alt reach ai-rules",
  timeoutMs: 3000,
  run: async (context) => {
    const { settings } = await projectSettings(context);
    const keymap = createKeymap(settings.keys);
    return [
      await prefixFinding(context, keymap),
      ...(await directFindings(context, keymap)),
      skip(await untold(context, keymap)),
    ];
  },
};

async function prefixFinding(context: DoctorContext, { prefix }: Keymap): Promise<Finding> {
  if (prefix === undefined) return skip("the prefix is unbound");
  const taken = await takenBy(context, prefix);
  return taken ? prefixTaken(prefix, taken) : ok(`nothing around takes the prefix ${prefix}`);
}

type Taker = { readonly name: string; readonly free: Chord };

/** Of those around us that have a prefix, or keys, of their own. */
async function takenBy(context: DoctorContext, prefix: Chord): Promise<Taker | undefined> {
  const around = await tmux(context);
  const ofTmux = [
    around?.option("prefix"),
    around?.option("prefix2"),
    ...(around?.rootKeys ?? []),
  ].flatMap((key) => chordOfTmux(key) ?? []);
  const [ofZellij, ofScreen] = await Promise.all([keysOfZellij(context), keysOfScreen(context)]);
  const free = freeBeside([...ofTmux, ...ofZellij, ...ofScreen]);
  if (ofTmux.includes(prefix)) return { name: "tmux", free };
  if (ofZellij.includes(prefix)) return { name: "Zellij", free };
  return ofScreen.includes(prefix) ? { name: "GNU screen", free } : undefined;
}

/** One that OpenCode leaves free, too. */
function freeBeside(taken: readonly Chord[]): Chord {
  return ["ctrl+o", "ctrl+y", "ctrl+]"].find((chord) => !taken.includes(chord)) ?? "f12";
}

/** "C-b", "M-a" and "S-PPage" as we write them; undefined for "None", "WheelUpPane" and such. */
function chordOfTmux(key: string | undefined): Chord | undefined {
  return key === undefined ? undefined : parseChord(key);
}

function prefixTaken(prefix: Chord, { name, free }: Taker): Trouble {
  return {
    status: "warn",
    code: "terminal/prefix-taken",
    found: `${prefix} is the prefix of ai-rules, and a key of the ${name} around it`,
    why: `${name} sees it first, so no command of ai-rules can be given`,
    remedy: `give ai-rules another one, in ai-rules.json: "keys": { "prefix": "${free}" }${wayOf(name)}`,
  };
}

function wayOf(name: string): string {
  return name === "Zellij" ? "; or press ctrl+g, after which Zellij lets all keys pass" : "";
}

/** Keys without a prefix that tmux was given by the user: alt+1 for a window is a habit of many. */
async function directFindings(context: DoctorContext, keymap: Keymap): Promise<readonly Trouble[]> {
  const around = await tmux(context);
  const found = (around?.rootKeys ?? []).flatMap((key) => {
    const chord = chordOfTmux(key);
    const action = chord === undefined ? undefined : keymap.taken.get(chord);
    return chord === undefined || action === undefined || action === prefixItself
      ? []
      : [{ key, chord, action }];
  });
  if (found.length === 0) return [];
  const lost = found.map(({ chord, action }) => {
    const other = keymap.chordsOf(action).find((each) => each !== chord);
    return `"${actions[action].title}"${other === undefined ? "" : ` (${other} does it, too)`}`;
  });
  const command = found.map(({ key }) => `tmux unbind -n ${shellWord(key)}`).join(" && ");
  return [
    {
      status: "warn",
      code: "terminal/key-taken",
      found: `tmux takes ${found.map(({ chord }) => chord).join(", ")} for itself, without its prefix`,
      why: `ai-rules never sees what is to be ${lost.join(", ")}`,
      remedy: `run \`${command}\`, and take the line with \`bind -n\` out of ~/.tmux.conf; or leave it so`,
    },
  ];
}

/** What no program can find out, and where a person does. */
async function untold(context: DoctorContext, { prefix, taken }: Keymap): Promise<string> {
  const alt = [...taken.keys()].find((chord) => chord.startsWith("alt+"));
  const keys = [prefix, alt].filter((chord) => chord !== undefined);
  const test = "`ai-rules keys` shows what the terminal sends";
  if (keys.length === 0) return `whether a key arrives, only pressing it shows: ${test}`;
  const said = `whether ${keys.join(" and ")} ${keys.length > 1 ? "arrive" : "arrives"}, only pressing ${keys.length > 1 ? "them" : "it"} shows: ${test}`;
  const answers = await terminalAnswers(context);
  const around = await tmux(context);
  const advice =
    alt === undefined
      ? undefined
      : altAdvice(context.ports, { version: answers?.version, outer: around?.outer.name });
  return advice === undefined ? said : `${said}; ${advice}`;
}
