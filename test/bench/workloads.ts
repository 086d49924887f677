/**
 * What the panes do while something is measured. The scripts print "Z" when they are up (echo-latency
 * starts then), and none prints a capital that echo-latency types.
 */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { HarnessOptions } from "./harness.ts";
import type { Panes, ProgramName } from "./programs.ts";

export const workloadNames = [
  "echo-idle",
  "echo-cat",
  "echo-yes",
  "cat-50mb",
  "slow-terminal",
  "start",
  "rest",
  "echo-panel",
  "rest-panel",
  "picker",
] as const;

export type WorkloadName = (typeof workloadNames)[number];

export type Workload = {
  readonly panes: Panes;
  readonly harness: HarnessOptions;
  readonly programs: readonly ProgramName[];
  /** How often each program runs. */
  readonly runs: number;
  /** The files in which flooding panes count what they wrote. */
  readonly counters: readonly string[];
  /** The project has a flake whose environment was evaluated before. */
  readonly cachedEnvironment?: boolean;
  /** Three runtimes are there; the first has so many models more. */
  readonly runtimes?: number;
  /** The first pane holds an agent, whose model can be picked. */
  readonly agent?: boolean;
};

/** Everything the workloads read, made once for all runs. */
export type Materials = {
  readonly directory: string;
  /** Coloured digits, for floods. */
  readonly digits: string;
  /** Text with colours and wide characters, for `cat`; 50 MB unless `quick`. */
  readonly text: string;
  /** The compiled flood.c. */
  readonly flood: string;
};

export type Scale = { readonly runs: number; readonly quick: boolean };

const everyone: readonly ProgramName[] = ["ai-rules", "tmux", "mprocs"];

/** mprocs shows a key after seconds, if at all, while another process floods. */
const sideBySide: readonly ProgramName[] = ["ai-rules", "tmux"];

/** ai-rules beside itself without the panel, which then asks no runtime. */
const panelOrNot: readonly ProgramName[] = ["ai-rules", "panel-hidden"];

const echo = "stty raw -echo\nprintf Z\nexec cat\n";
const silent = "exec cat\n";

/** Time enough for all panes and for ai-rules' side panel to be there. */
const settleMs = 2000;

/** And for the runtimes in it: what they tell at first is news. */
const panelSettleMs = 5000;

/** Enough of an OpenCode: it tells its version, starts, and is silent on its port. */
const agent = `case "$1" in --version) echo 1.18.33; exit ;; esac\n${echo}`;

/**
 * ctrl+o, m; a letter of the filter, which all names have as a small one; ctrl+c, and the pause of a
 * step without keys, in which what was covered is drawn again.
 */
const picking: HarnessOptions = {
  steps: [
    { keys: "\x0f" },
    { keys: "m", letter: "Q" },
    { keys: "E", letter: "E" },
    { keys: "\x03" },
    { keys: "" },
  ],
  gapMs: 280,
  settleMs: panelSettleMs,
};

export function workload(name: WorkloadName, materials: Materials, scale: Scale): Workload {
  const samples = scale.quick ? 60 : 300;
  const base = { programs: sideBySide, runs: scale.runs, counters: [] };
  switch (name) {
    case "echo-idle":
      return {
        ...base,
        programs: everyone,
        panes: { plan: echo, build: silent, review: silent },
        harness: { samples, settleMs },
      };
    case "echo-cat":
      return {
        ...base,
        panes: { plan: echo, build: catForever(materials), review: catForever(materials) },
        harness: { samples, settleMs },
      };
    case "echo-yes":
      return {
        ...base,
        panes: { plan: echo, build: "exec yes\n", review: "exec yes\n" },
        harness: { samples, settleMs },
      };
    case "cat-50mb":
      return {
        ...base,
        programs: everyone,
        panes: { plan: catOnKey(materials), build: silent, review: silent },
        harness: { samples: 2, discard: 0, timeoutMs: 60_000, settleMs },
      };
    case "slow-terminal":
      return slowTerminal(materials, scale);
    case "start":
      return {
        ...base,
        programs: [...everyone, "older"],
        runs: scale.runs * 3,
        panes: { plan: echo, build: silent, review: silent },
        harness: { samples: 0, settleMs: 0 },
        cachedEnvironment: true,
      };
    case "rest":
      return rest(materials, scale);
    case "echo-panel":
      return {
        ...base,
        programs: panelOrNot,
        panes: { plan: echo, build: silent, review: silent },
        harness: { samples, settleMs: panelSettleMs },
        runtimes: 0,
      };
    case "rest-panel":
      return {
        ...base,
        programs: panelOrNot,
        runs: 1,
        panes: { plan: echo, build: silent, review: silent },
        harness: { restSeconds: scale.quick ? 10 : 60, settleMs: scale.quick ? 5000 : 15_000 },
        runtimes: 0,
      };
    case "picker":
      return {
        ...base,
        programs: ["ai-rules"],
        panes: { plan: agent, build: silent, review: silent },
        harness: { samples: scale.quick ? 8 : 30, discard: 0, ...picking },
        runtimes: 500,
        agent: true,
      };
    default:
      return name satisfies never;
  }
}

function catForever({ digits }: Materials): string {
  return `while :; do cat '${digits}'; done\n`;
}

/** The key comes back only when all of the text is written, so its echo lasts as long as the `cat`. */
function catOnKey({ text }: Materials): string {
  return [
    "stty -icanon -echo -icrnl min 2 time 0",
    "printf Z",
    "while key=$(dd bs=2 count=1 2>/dev/null); do",
    `cat '${text}'`,
    'printf %s "$key"',
    "done\n",
  ].join("\n");
}

/** A terminal that reads half a megabyte a second, as over a slow line. */
function slowTerminal(materials: Materials, { runs, quick }: Scale): Workload {
  const counters = ["plan", "build", "review"].map((name) =>
    join(materials.directory, `${name}.count`),
  );
  const [plan = "", build = "", review = ""] = counters.map(
    (counter) => `exec '${materials.flood}' '${materials.digits}' '${counter}'\n`,
  );
  return {
    programs: sideBySide,
    runs,
    counters,
    panes: { plan, build, review },
    harness: {
      samples: quick ? 30 : 100,
      gapMs: 30,
      timeoutMs: 5000,
      settleMs,
      drainBytes: 500_000,
    },
  };
}

/** Ten seconds of floods first, because memory that a flood took shows only afterwards. */
function rest(materials: Materials, { quick }: Scale): Workload {
  const seconds = quick ? 3 : 10;
  const flood = `timeout ${seconds} sh -c "while :; do cat '${materials.digits}'; done"\nexec cat\n`;
  return {
    programs: ["ai-rules"],
    runs: 1,
    counters: [],
    panes: { plan: echo, build: flood, review: flood },
    harness: { restSeconds: quick ? 5 : 30, settleMs: (seconds + 5) * 1000 },
  };
}

/** Writes the files that floods and `cat` read. */
export async function makeTexts(
  directory: string,
  quick: boolean,
): Promise<Pick<Materials, "digits" | "text">> {
  const digits = join(directory, "digits.txt");
  const text = join(directory, "text.txt");
  await writeFile(digits, repeat(digitLines(2000), 10 << 20));
  await writeFile(text, repeat(mixedLines(2000), (quick ? 10 : 50) << 20));
  return { digits, text };
}

/** Whole pieces only: a sequence cut at the end would swallow the letter that is printed next. */
function repeat(piece: string, size: number): Buffer {
  const bytes = Buffer.from(piece);
  return Buffer.alloc(Math.ceil(size / bytes.length) * bytes.length, bytes);
}

function digitLines(count: number): string {
  return Array.from({ length: count }, (_, number) => `${digitLine(number)}\x1b[0m\n`).join("");
}

function digitLine(number: number): string {
  const values = Array.from({ length: 8 }, (_, index) => (number * 8 + index) * 7919);
  return values
    .map((value) => `\x1b[${31 + (value % 7)}m${String(value).padStart(8, "0")}`)
    .join(" ");
}

/** What builds, logs and diffs look like: words, 16, 256 and true colours, some wide characters. */
function mixedLines(count: number): string {
  const words = "compile the module and link it with care before tests start".split(" ");
  const styles = ["\x1b[1;32m", "\x1b[38;5;208m", "\x1b[38;2;90;160;220m", "\x1b[4m", "\x1b[7;31m"];
  const line = (number: number): string => {
    const parts = words.map((word, index) => {
      const style = (number * 31 + index * 17) % 11;
      return style < styles.length ? `${styles[style]}${word}\x1b[0m` : word;
    });
    const tail = number % 8 === 0 ? " äöü 漢字 ✓" : "";
    return `${String(number).padStart(6)} ${parts.join(" ")}${tail}\n`;
  };
  return Array.from({ length: count }, (_, number) => line(number)).join("");
}
