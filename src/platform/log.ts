import { closeSync, fstatSync, openSync, renameSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, isAbsolute, join } from "node:path";
import { printable } from "../core/text.ts";
import { makeDirectory } from "./make-directory.ts";
import type { Log, Variables } from "./ports.ts";

const levels = ["debug", "info", "warn", "error"] as const;
type Level = (typeof levels)[number];

const maxBytes = 1024 * 1024;

/**
 * The log file, `$XDG_STATE_HOME/ai-rules/log`: one line a message, from level `AI_RULES_LOG` up
 * ("info" unless set, "off" for none). A log that cannot be written is no reason to stop.
 */
export function createLog({ env, home }: { env: Variables; home: string }): Log {
  const file = logFile(env, home);
  const least = leastLevel(env["AI_RULES_LOG"]);
  const append = createAppender(file);
  const write = (level: Level) => (message: string) => {
    if (levels.indexOf(level) < least) return;
    append(`${new Date().toISOString()} ${process.pid} ${level} ${oneLine(message)}\n`);
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
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

/** Opens the file on the first line; a file past its limit becomes `log.1`. */
function createAppender(file: string): (line: string) => void {
  let descriptor: number | undefined;
  let size = 0;
  let broken = false;
  const open = () => {
    makeDirectory(dirname(file));
    descriptor = openSync(file, "a", 0o600);
    size = fstatSync(descriptor).size;
    return descriptor;
  };
  const rotate = (opened: number) => {
    closeSync(opened);
    descriptor = undefined;
    renameSync(file, `${file}.1`);
    return open();
  };
  return (line) => {
    if (broken) return;
    try {
      const opened = descriptor ?? open();
      const target = size > maxBytes ? rotate(opened) : opened;
      size += writeSync(target, line);
    } catch {
      broken = true;
    }
  };
}

async function readTail(file: string, lines: number): Promise<readonly string[]> {
  const texts = await Promise.all([`${file}.1`, file].map(readOrNothing));
  return texts.join("").split("\n").slice(0, -1).slice(-lines);
}

function readOrNothing(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}
