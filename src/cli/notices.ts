/**
 * What the user should know although nothing stops for it. All of it goes into the log; the screen
 * has one line, so it shows the first and how many more there are.
 */
import { basename } from "node:path";
import type { Problem } from "../core/error.ts";
import type { Notice } from "../core/state.ts";
import type { Cancel, Log } from "../platform/ports.ts";

export type NewNotice = Omit<Notice, "until">;

export type Notices = {
  /** Tells of problems that were found together; `consequence` says what holds nevertheless. */
  readonly tell: (problems: readonly Problem[], consequence?: string) => void;
  /** Calls the listener with each notice, at once with the one that nobody has heard yet. */
  readonly listen: (listener: (notice: NewNotice) => void) => Cancel;
};

/** Makes the notices of one run. */
export function createNotices(log: Pick<Log, "warn">): Notices {
  let unheard: NewNotice | undefined;
  let tellListener: ((notice: NewNotice) => void) | undefined;
  return {
    tell: (problems, consequence) => {
      for (const problem of problems)
        log.warn(`${problem.code}: ${placed(problem)}; fix: ${problem.remedy}`);
      const notice = noticeOf(problems, consequence);
      if (tellListener && notice) tellListener(notice);
      else unheard = notice ?? unheard;
    },
    listen: (listener) => {
      tellListener = listener;
      if (unheard) listener(unheard);
      unheard = undefined;
      return () => {
        tellListener = undefined;
      };
    },
  };
}

function noticeOf(problems: readonly Problem[], consequence?: string): NewNotice | undefined {
  const [first] = problems;
  if (!first) return undefined;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more: see the log)` : "";
  const after = consequence === undefined ? "" : `; ${consequence}`;
  const text = `${placed(first)}${more}${after}`;
  return { level: consequence === undefined ? "warning" : "error", text, remedy: first.remedy };
}

function placed({ message, position }: Problem): string {
  if (!position) return message;
  const { file, line, column } = position;
  const place = [basename(file), line, column].filter((part) => part !== undefined).join(":");
  return `${place}: ${message}`;
}
