import type { Console } from "../../src/cli/console.ts";
import { createPaint } from "../../src/cli/paint.ts";

export type RecordedConsole = Console & {
  /** Lines of stdout. */
  readonly lines: readonly string[];
  readonly notes: readonly string[];
  /** What the line of progress was, oldest first. */
  readonly drawn: readonly string[];
  readonly questions: readonly string[];
};

export type ConsoleScript = {
  /** Cells of the line of progress; without it there is none. */
  readonly statusCols?: number;
  /** Cells of a line of stdout; without it that is no terminal. */
  readonly cols?: number;
  /** What is answered; without it nobody can be asked. */
  readonly answer?: (question: string, abort: AbortSignal) => boolean | Promise<boolean>;
};

/** A console that keeps what is written to it, without colours. */
export function createRecordedConsole(script: ConsoleScript = {}): RecordedConsole {
  const lines: string[] = [];
  const notes: string[] = [];
  const drawn: string[] = [];
  const questions: string[] = [];
  const { statusCols, answer, cols = Number.POSITIVE_INFINITY } = script;
  return {
    lines,
    notes,
    drawn,
    questions,
    out: (more) => void lines.push(...more),
    note: (line) => void notes.push(line),
    cols,
    paint: createPaint(false),
    ...(statusCols === undefined
      ? {}
      : { status: { cols: () => statusCols, show: (text) => void drawn.push(text) } }),
    ...(answer === undefined
      ? {}
      : {
          ask: async (question, abort) => {
            questions.push(question);
            return answer(question, abort);
          },
        }),
  };
}
