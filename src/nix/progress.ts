import type { Counter, EnvironmentProgress } from "../core/environment.ts";
import { printable } from "../core/text.ts";
import { activityTypes, type NixLogLine, resultTypes } from "./nix-log.ts";

const none: Counter = { done: 0, expected: 0 };

/** What is shown before Nix has said anything. */
export const firstProgress: EnvironmentProgress = {
  activity: "evaluating flake.nix",
  builds: none,
  fetches: none,
  bytes: none,
};

type Activity = {
  readonly type: number;
  /** What a user may want to read; undefined for mere groups of activities. */
  readonly label?: string;
  readonly counter: Counter;
  /** What it expects of each type of activity (result 106). */
  readonly expected: ReadonlyMap<number, number>;
};

/**
 * Makes a reader of Nix's log that reports the progress whenever it changes. Nix repeats its
 * counters with each event: most lines change nothing.
 */
export function progressReader(
  report: (progress: EnvironmentProgress) => void,
): (line: NixLogLine) => void {
  const running = new Map<string, Activity>();
  let finishedBytes = 0;
  let last = firstProgress;

  const follow = (line: NixLogLine): void => {
    if (line.type === "start") running.set(line.id, started(line));
    if (line.type === "result") {
      const activity = running.get(line.id);
      if (activity) running.set(line.id, withResult(activity, line));
    }
    if (line.type === "stop") {
      const activity = running.get(line.id);
      if (activity?.type === activityTypes.fileTransfer) finishedBytes += activity.counter.done;
      running.delete(line.id);
    }
  };

  return (line) => {
    follow(line);
    const now = summarise([...running.values()], last, finishedBytes);
    if (JSON.stringify(now) === JSON.stringify(last)) return;
    last = now;
    report(now);
  };
}

function started(line: Extract<NixLogLine, { type: "start" }>): Activity {
  const label = labelOf(line);
  return {
    type: line.activity,
    counter: none,
    expected: new Map(),
    ...(label === undefined ? {} : { label }),
  };
}

function labelOf({ activity, text, fields }: Extract<NixLogLine, { type: "start" }>) {
  const first = printable(String(fields[0] ?? ""));
  switch (activity) {
    case activityTypes.build:
      return `building ${packageName(first)}`;
    case activityTypes.substitute:
    case activityTypes.copyPath:
      return `fetching ${packageName(first)}`;
    case activityTypes.fileTransfer:
      return `downloading ${first.replace(/^\w+:\/\//u, "")}`;
    default:
      return describe(printable(text));
  }
}

function describe(text: string): string | undefined {
  if (/^copying ['"]\//u.test(text)) return "copying the project to the Nix store";
  if (text.startsWith("evaluating ")) return firstProgress.activity;
  // "querying info about missing paths" and the like are over before anybody has read them.
  return /^(?:fetching|downloading|unpacking)\b/u.test(text) ? text : undefined;
}

/** "erlang-27.3" of "/nix/store/<32 characters>-erlang-27.3.drv". */
function packageName(path: string): string {
  return path.replace(/^.*\/[a-z0-9]{32}-/u, "").replace(/\.drv$/u, "");
}

function withResult(
  activity: Activity,
  { result, fields }: Extract<NixLogLine, { type: "result" }>,
): Activity {
  const [first, second] = fields.map(Number);
  if (first === undefined || second === undefined) return activity;
  if (result === resultTypes.progress)
    return { ...activity, counter: { done: first, expected: second } };
  if (result === resultTypes.expected)
    return { ...activity, expected: new Map([...activity.expected, [first, second]]) };
  return activity;
}

function summarise(
  activities: readonly Activity[],
  last: EnvironmentProgress,
  finishedBytes: number,
): EnvironmentProgress {
  const { builds, copyPaths, copyPath, fileTransfer } = activityTypes;
  const transfers = counterOf(activities, fileTransfer);
  const fetches = counterOf(activities, copyPaths);
  return {
    activity: activities.findLast(({ label }) => label !== undefined)?.label ?? last.activity,
    // A group's counters leave with the group; the last ones stay on the screen.
    builds: latest(counterOf(activities, builds), last.builds),
    fetches: latest(
      { ...fetches, expected: Math.max(fetches.expected, expectedOf(activities, copyPath)) },
      last.fetches,
    ),
    bytes: latest(
      {
        done: finishedBytes + transfers.done,
        expected: Math.max(
          finishedBytes + transfers.expected,
          expectedOf(activities, fileTransfer),
        ),
      },
      last.bytes,
    ),
  };
}

function latest(now: Counter, last: Counter): Counter {
  return now.expected === 0 ? last : now;
}

function counterOf(activities: readonly Activity[], type: number): Counter {
  const counters = activities.filter((activity) => activity.type === type);
  return {
    done: counters.reduce((sum, { counter }) => sum + counter.done, 0),
    expected: counters.reduce((sum, { counter }) => sum + counter.expected, 0),
  };
}

function expectedOf(activities: readonly Activity[], type: number): number {
  return activities.reduce((sum, { expected }) => sum + (expected.get(type) ?? 0), 0);
}
