/** `ai-rules keys`: shows what each key press is, until ctrl+c twice or what quits after the prefix. */
import { resolve } from "node:path";
import { wrapText } from "../core/cell-text.ts";
import { AiRulesError, type Problem } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import type { Settings } from "../core/settings.ts";
import { findCollisions } from "../keys/collisions.ts";
import { createInputParser } from "../keys/input-parser.ts";
import type { InputEvent, Reply } from "../keys/key.ts";
import { createKeyTest, type KeyTestReport } from "../keys/key-test.ts";
import { createKeymap, type Keymap } from "../keys/keymap.ts";
import { readKeybinds } from "../opencode/user-keybinds.ts";
import type { Cancel, Ports, Terminal } from "../platform/ports.ts";
import { findProjectRoot } from "../project/root.ts";
import { loadSettings } from "../project/settings.ts";
import type { OptionValues } from "./arguments.ts";
import type { Paint } from "./paint.ts";

export type KeysTools = {
  readonly ports: Ports;
  readonly terminal: Terminal;
  readonly paint: Paint;
};

/** Resolves to the exit code when the user leaves. */
export async function keys(tools: KeysTools, options: OptionValues, cwd: string): Promise<number> {
  const { ports, terminal } = tools;
  if (!terminal.isTty) throw noTerminal();
  const root = (await findProjectRoot(ports, resolve(cwd, options.cwd ?? ""))).path;
  const { settings } = await loadSettings(ports, root);
  const keymap = createKeymap(settings.keys);
  const problems = [...keymap.problems, ...(await collisionsOf(ports, { root, settings, keymap }))];
  return testKeys(tools, { keymap, problems });
}

type Project = {
  readonly root: string;
  readonly settings: Settings;
  readonly keymap: Keymap;
};

async function collisionsOf(
  ports: Ports,
  { root, settings, keymap }: Project,
): Promise<readonly Problem[]> {
  if (agentModes.every((mode) => settings.modes[mode].command)) return [];
  return findCollisions(await readKeybinds(ports, { root, environment: ports.env }), keymap);
}

type Test = { readonly keymap: Keymap; readonly problems: readonly Problem[] };

/** As the TUI asks for them: bracketed paste, focus events, modifyOtherKeys. */
const enter = "\u001B[?2004h\u001B[?1004h\u001B[>4;1m";
const leave = "\u001B[<u\u001B[>4;0m\u001B[?1004l\u001B[?2004l\u001B[0m";
/** Who knows the kitty keyboard protocol answers the first; the second is answered by all. */
const questions = "\u001B[?u\u001B[c";
/** Disambiguate and alternate keys: what the TUI asks for while no agent wants more. */
const kittyOn = "\u001B[>5u";

async function testKeys(
  { ports, terminal, paint }: KeysTools,
  { keymap, problems }: Test,
): Promise<number> {
  const parser = createInputParser();
  const test = createKeyTest(keymap);
  let flushTimer: Cancel = () => {};
  let isKitty: boolean | undefined;
  const write = (text: string) => terminal.write(Buffer.from(text), () => {});
  const print = (lines: readonly string[]) => {
    // In raw mode a line end alone does not go back to the first column.
    write(lines.map((line) => `${line}\r\n`).join(""));
  };
  /** The last column stays empty: some terminals go to the next line when it is written. */
  const wrapped = (text: string, indent = 0) => wrapText(text, terminal.size().cols - 1 - indent);
  const dim = (line: string) => paint("dim", line);
  const heard = new Promise<number>((end) => {
    const handle = (events: readonly InputEvent[]) => {
      for (const event of events) {
        if (event.type === "reply") answered(event.reply);
        const report = test.read(event);
        if (report) show(report);
        if (test.isOver()) return end(0);
      }
    };
    terminal.onInput((bytes) => {
      flushTimer();
      handle(parser.feed(bytes));
      const { flushAfterMs } = parser;
      if (flushAfterMs !== undefined)
        flushTimer = ports.clock.after(flushAfterMs, () => handle(parser.flush()));
    });
    // As a hang-up would have ended it.
    terminal.onGone(() => end(129));
  });

  function answered(reply: Reply): void {
    if (reply.type === "keyboard-flags" && !isKitty) {
      isKitty = true;
      write(kittyOn);
      print(wrapped("the terminal speaks the kitty keyboard protocol").map(dim));
    } else if (reply.type === "device-attributes" && isKitty === undefined) {
      isKitty = false;
      print(wrapped("the terminal does not speak the kitty keyboard protocol").map(dim));
    }
  }

  function show({ title, rows }: KeyTestReport): void {
    const lines = rows.flatMap(({ label, text }) =>
      wrapped(text, indentCols).map(
        (line, index) => (index === 0 ? `  ${label}` : "").padEnd(indentCols) + line,
      ),
    );
    print([...wrapped(title).map((line) => paint("strong", line)), ...lines]);
  }

  terminal.onContinue(() => {
    isKitty = undefined;
    write(questions);
  });
  terminal.enter({ enter, leave });
  try {
    print(
      [introduction(keymap), ...problems.flatMap(problemLines)].flatMap((line) => wrapped(line)),
    );
    write(questions);
    return await heard;
  } finally {
    flushTimer();
    terminal.leave();
  }
}

const indentCols = 10;

function introduction(keymap: Keymap): string {
  const { prefix } = keymap;
  const quit =
    keymap.prefixedChordsOf("quit")[0] ?? (keymap.afterPrefix("q") === undefined ? "q" : undefined);
  const way = prefix === undefined || quit === undefined ? "" : `, or ${prefix} ${quit},`;
  return `press keys; ctrl+c twice${way} leaves`;
}

function problemLines({ message, remedy }: Problem): readonly string[] {
  return [`note: ${message}`, `  fix: ${remedy}`];
}

function noTerminal(): AiRulesError {
  return new AiRulesError({
    code: "terminal/not-a-terminal",
    message: "ai-rules keys needs a terminal, and input or output is none",
    remedy: "run `ai-rules keys` in a terminal, without pipes",
  });
}
