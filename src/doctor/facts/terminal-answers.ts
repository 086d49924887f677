/** What the terminal answers when it is asked what it can do; nobody has to press a key. */
import { createInputParser } from "../../keys/input-parser.ts";
import type { InputEvent } from "../../keys/key.ts";
import { fact } from "../context.ts";

export type TerminalAnswers = {
  /** It answered the question that every terminal answers. */
  readonly answered: boolean;
  /** It knows synchronized output (mode 2026). */
  readonly synchronized: boolean;
  /** It speaks the kitty keyboard protocol. */
  readonly kittyKeys: boolean;
  /** "kitty(0.40.0)". */
  readonly version?: string;
  /** It says that it has all colours (XTGETTCAP "RGB" or "Tc"). */
  readonly allColours: boolean;
  /** It says that programs may write the clipboard (XTGETTCAP "Ms"). */
  readonly clipboard: boolean;
};

/** How long a terminal behind a slow line may take. */
const waitMs = 800;

/** Undefined where there is no terminal, or none that may be asked. */
export const terminalAnswers = fact(async (context): Promise<TerminalAnswers | undefined> => {
  const { terminal, patience, ports } = context;
  // The console of Linux shows a question as letters.
  if (!terminal || /^(linux|dumb|)$/u.test(ports.env["TERM"] ?? "")) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const events: InputEvent[] = [];
  const parser = createInputParser();
  const cancelInput = terminal.onInput((bytes) => {
    events.push(...parser.feed(bytes));
    if (events.some(isLastAnswer)) resolve();
  });
  const cancelTimer = ports.clock.after(waitMs * Math.min(patience, 2), resolve);
  terminal.enter({ enter: questions, leave: "" });
  await promise;
  cancelTimer();
  cancelInput();
  terminal.leave();
  return answersIn(events);
});

/** XTGETTCAP takes names in hex. */
const capability = (name: string) => `\x1bP+q${Buffer.from(name).toString("hex")}\x1b\\`;

/** Device attributes are last: who answers them has answered all that it knows. */
const questions = `\x1b[?2026$p\x1b[?u\x1b[>q${["RGB", "Tc", "Ms"].map(capability).join("")}\x1b[c`;

function isLastAnswer(event: InputEvent): boolean {
  return (
    event.type === "reply" && event.reply.type === "device-attributes" && event.reply.level === 1
  );
}

function answersIn(events: readonly InputEvent[]): TerminalAnswers {
  const replies = events.flatMap((event) => (event.type === "reply" ? [event.reply] : []));
  const has = (...names: readonly string[]) =>
    replies.some(
      (reply) =>
        reply.type === "capability" && names.includes(reply.name) && reply.value !== undefined,
    );
  const version = replies.find((reply) => reply.type === "version");
  return {
    answered: events.some(isLastAnswer),
    // 0 is not known, 4 is off for ever.
    synchronized: replies.some(
      (reply) => reply.type === "mode" && reply.mode === 2026 && [1, 2, 3].includes(reply.value),
    ),
    kittyKeys: replies.some(({ type }) => type === "keyboard-flags"),
    ...(version ? { version: version.text } : {}),
    allColours: has("RGB", "Tc"),
    clipboard: has("Ms"),
  };
}
