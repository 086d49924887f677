/**
 * Where the commands write: stdout is for data alone, stderr for notes, progress and questions. What
 * reads stdout may stop at any time (`| head`), which ends the program quietly.
 */
import { createInterface } from "node:readline/promises";
import type { WriteStream } from "node:tty";
import type { Variables } from "../platform/ports.ts";
import { endWithReader } from "./closed-pipe.ts";
import { createPaint, type Paint, paintsColors } from "./paint.ts";

export type StatusLine = {
  /** Cells of a line now. */
  readonly cols: () => number;
  /** Puts a text in place of the one before; an empty one takes the line away. */
  readonly show: (text: string) => void;
};

export type Console = {
  /** Data: whole lines. */
  readonly out: (lines: readonly string[]) => void;
  /** A line for people. */
  readonly note: (line: string) => void;
  /** Cells of a line of stdout; infinite where it is no terminal. */
  readonly cols: number;
  /** For stdout. */
  readonly paint: Paint;
  /** A line of stderr that is written anew again and again, where it is a terminal. */
  readonly status?: StatusLine;
  /** Asks yes or no; not where nobody sits who could answer. Rejects when aborted. */
  readonly ask?: (question: string, abort: AbortSignal) => Promise<boolean>;
};

export type ConsoleOptions = {
  readonly env: Variables;
  readonly noColor: boolean;
  /** Neither notes nor progress; errors are not the console's. */
  readonly quiet: boolean;
};

/** The console of this process. */
export function createConsole({ env, noColor, quiet }: ConsoleOptions): Console {
  const { stdin, stdout, stderr } = process;
  endWithReader();
  const isDumb = env["TERM"] === "dumb";
  const colors = paintsColors({ env, noColor, isTty: stdout.isTTY });
  return {
    out: (lines) => void stdout.write(lines.map((line) => `${line}\n`).join("")),
    note: quiet ? () => {} : (line) => void stderr.write(`${line}\n`),
    cols: stdout.isTTY ? stdout.columns || 80 : Number.POSITIVE_INFINITY,
    paint: createPaint(colors),
    ...(stderr.isTTY && !isDumb && !quiet ? { status: statusLine(stderr) } : {}),
    ...(stdin.isTTY && stderr.isTTY ? { ask } : {}),
  };
}

function statusLine(stream: WriteStream): StatusLine {
  return {
    cols: () => stream.columns || 80,
    // To the first column, and what is there goes (EL).
    show: (text) => void stream.write(`\r\u001B[K${text}`),
  };
}

async function ask(question: string, abort: AbortSignal): Promise<boolean> {
  const reader = createInterface({ input: process.stdin, output: process.stderr });
  // While it reads, the terminal gives ctrl+c to the reader, which would only go silent.
  reader.on("SIGINT", () => process.kill(process.pid, "SIGINT"));
  // Without an answer (ctrl+d) it closes, and the question of some versions of Node waits for ever.
  const closed = new Promise<string>((resolve) => reader.once("close", () => resolve("")));
  try {
    const answered = reader.question(`${question} [y/N] `, { signal: abort });
    const answer = await Promise.race([answered, closed]);
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    reader.close();
  }
}
