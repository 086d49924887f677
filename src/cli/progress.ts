/** How far something is: one line that is drawn anew on a terminal, a line each tenth elsewhere. */
import { clipText, textWidth } from "../core/cell-text.ts";
import { clock as clockText, memory as memoryText, percent } from "../core/format.ts";
import type { Cancel, Clock } from "../platform/ports.ts";
import { barText } from "../tui/view/bar.ts";
import type { Console, StatusLine } from "./console.ts";

export type Step = {
  /** 0 to 1. */
  readonly share?: number | undefined;
  readonly doneBytes?: number | undefined;
  readonly totalBytes?: number | undefined;
  /** What is done now, where no number tells. */
  readonly note?: string | undefined;
};

export type Progress = {
  readonly update: (step: Step) => void;
  /** Takes the line away; nothing is written any more. */
  readonly end: () => void;
};

type Deed = {
  /** "pulling qwen3:8b"; printable. */
  readonly title: string;
  readonly clock: Pick<Clock, "monotonic" | "after">;
};

/** Shows how far a deed is, from now until `end`. */
export function createProgress(console: Pick<Console, "status" | "note">, deed: Deed): Progress {
  return console.status ? drawnLine(console.status, deed) : plainLines(console, deed);
}

/** Ten times a second at most. */
const drawEveryMs = 100;
/** The time that has passed is told in seconds. */
const tickMs = 1000;

function drawnLine(status: StatusLine, { title, clock }: Deed): Progress {
  const startedAt = clock.monotonic();
  const speed = createSpeed(clock);
  let step: Step = {};
  let drawnAt = -Infinity;
  let timer: Cancel | undefined;

  function draw(): void {
    timer?.();
    const now = clock.monotonic();
    drawnAt = now;
    const line = { title, step, passedMs: now - startedAt, bytesPerSecond: speed.now() };
    status.show(progressLine(line, status.cols()));
    timer = clock.after(tickMs, draw);
  }

  draw();
  return {
    update(next) {
      step = next;
      speed.add(next.doneBytes);
      const dueIn = drawnAt + drawEveryMs - clock.monotonic();
      if (dueIn <= 0) return draw();
      timer?.();
      timer = clock.after(dueIn, draw);
    },
    end() {
      timer?.();
      status.show("");
    },
  };
}

function plainLines({ note }: Pick<Console, "note">, { title }: Deed): Progress {
  let told = 0;
  let lastNote = "";
  const begin = title.replace(/:$/, "");
  note(begin);
  return {
    update({ share, totalBytes, note: word = "" }) {
      const tenth = Math.floor((share ?? 0) * 10);
      if (tenth > told) {
        told = tenth;
        const size = totalBytes === undefined ? "" : ` of ${memoryText(totalBytes)}`;
        note(`${begin}: ${tenth * 10}%${size}`);
      } else if (share === undefined && word !== "" && word !== lastNote) {
        lastNote = word;
        note(`${begin}: ${word}`);
      }
    },
    end: () => {},
  };
}

/** Bytes of the last seconds, as a rate. */
function createSpeed(clock: Pick<Clock, "monotonic">) {
  const spanMs = 10_000;
  let samples: readonly { readonly at: number; readonly bytes: number }[] = [];
  return {
    add(bytes: number | undefined) {
      // The first bytes of a download that goes on were there before.
      if (!bytes) return;
      const at = clock.monotonic();
      samples = [...samples.filter((sample) => at - sample.at < spanMs), { at, bytes }].slice(-200);
    },
    now(): number | undefined {
      const [first] = samples;
      const last = samples.at(-1);
      if (!first || !last || last.at - first.at < tickMs) return undefined;
      return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
    },
  };
}

type ProgressLine = {
  readonly title: string;
  readonly step: Step;
  readonly passedMs: number;
  readonly bytesPerSecond?: number | undefined;
};

const mostBarCols = 30;
const leastBarCols = 8;

/** "pulling qwen3:8b ████░░░░ 48% 2.3 GB of 4.9 GB 35 MB/s 1:12 left", in so many cells. */
export function progressLine(line: ProgressLine, cols: number): string {
  const { title, step, passedMs } = line;
  const { share } = step;
  // The last cell stays empty: some terminals go to the next line when it is written.
  const room = cols - 1;
  if (share === undefined) {
    const tail = clockText(passedMs);
    const head = [title, step.note].filter(Boolean).join(" ");
    return `${clipText(head, Math.max(0, room - tail.length - 1))} ${tail}`;
  }
  const numbers = [percent(share), bytesText(step), rateText(line)].filter((text) => text !== "");
  for (let count = numbers.length; count > 0; count--) {
    const tail = numbers.slice(0, count).join(" ");
    const bar = Math.min(mostBarCols, room - textWidth(title) - textWidth(tail) - 2);
    if (bar >= leastBarCols) return `${title} ${barText(share, bar)} ${tail}`;
  }
  return `${clipText(title, Math.max(0, room - 5))} ${percent(share)}`;
}

function bytesText({ doneBytes, totalBytes }: Step): string {
  if (doneBytes === undefined || totalBytes === undefined) return "";
  return `${memoryText(doneBytes)} of ${memoryText(totalBytes)}`;
}

function rateText({ step, passedMs, bytesPerSecond }: ProgressLine): string {
  const { doneBytes, totalBytes } = step;
  if (bytesPerSecond === undefined || doneBytes === undefined || totalBytes === undefined)
    return clockText(passedMs);
  if (bytesPerSecond <= 0) return "waits";
  const leftMs = ((totalBytes - doneBytes) / bytesPerSecond) * 1000;
  return `${memoryText(bytesPerSecond)}/s ${clockText(leftMs)} left`;
}
