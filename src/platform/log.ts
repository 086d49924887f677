import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { createRedactor, secretValues } from "../core/redact.ts";
import { printable } from "../core/text.ts";
import { createRotatingFile, rotatedFiles } from "./log-file.ts";
import type { Log, Variables } from "./ports.ts";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

/** A stack has some 2000 characters; what is longer is somebody's output. */
const maxLength = 8000;

/**
 * The log file, `$XDG_STATE_HOME/ai-rules/log`: one line a message, from level `AI_RULES_LOG` up
 * ("info" unless set, "off" for none), without what is secret. A log that cannot be written is no
 * reason to stop.
 */
export function createLog({ env, home }: { env: Variables; home: string }): Log {
  const file = logFile(env, home);
  const least = leastLevel(env["AI_RULES_LOG"]);
  const append = createRotatingFile(file);
  const redactor = createRedactor();
  redactor.hide(secretValues(env));
  const write = (level: Level) => (message: string) => {
    if (levels.indexOf(level) < least) return;
    // The one place where lines are written: nothing gets past it.
    const text = oneLine(redactor.redact(message.slice(0, 2 * maxLength))).slice(0, maxLength);
    append(`${new Date().toISOString()} ${process.pid} ${level} ${text}\n`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    hide: redactor.hide,
    redact: redactor.redact,
    tail: (lines) => readTail(file, lines),
  };
}

function logFile(env: Variables, home: string): string {
  const set = env["XDG_STATE_HOME"];
  const stateHome = set && isAbsolute(set) ? set : join(home, ".local", "state");
  return join(stateHome, "ai-rules", "log");
}

function leastLevel(wanted: string | undefined): number {
  if (wanted === "off") return levels.length;
  const index = levels.findIndex((level) => level === wanted);
  return index < 0 ? levels.indexOf("info") : index;
}

/** Control characters must not reach the screen through the log overlay. */
function oneLine(message: string): string {
  return printable(message.trimEnd().replace(/\s*\n\s*/g, " | "));
}

async function readTail(file: string, lines: number): Promise<readonly string[]> {
  const texts = await Promise.all(rotatedFiles(file).toReversed().map(readOrNothing));
  return texts.join("").split("\n").slice(0, -1).slice(-lines);
}

function readOrNothing(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
