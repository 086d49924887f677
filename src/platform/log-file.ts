/**
 * A file that lines are appended to and that does not grow for ever: full, it becomes FILE.1, which
 * becomes FILE.2. Several processes may write to it at once.
 */
import {
  closeSync,
  fstatSync,
  openSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { makeDirectory } from "./make-directory.ts";

const maxBytes = 1024 * 1024;
const generations = 3;

/** Turning the files over takes a moment; a lock of this age was left by a process that was killed. */
const staleMs = 10_000;

/** The files of a log, newest first. */
export function rotatedFiles(file: string): readonly string[] {
  return Array.from({ length: generations }, (_, age) => (age === 0 ? file : `${file}.${age}`));
}

/** Appends whole lines. What cannot be written is lost; the file is opened with the first line. */
export function createRotatingFile(file: string): (line: string) => void {
  let descriptor: number | undefined;
  let broken = false;

  const open = (): number => {
    makeDirectory(dirname(file));
    descriptor = openSync(file, "a", 0o600);
    return descriptor;
  };
  const reopen = (old: number): number => {
    descriptor = undefined;
    closeSync(old);
    return open();
  };
  /** The descriptor of the file that has the name now: another process may have turned them over. */
  const current = (): number => {
    const opened = descriptor ?? open();
    if (isFile(opened, file)) return opened;
    return reopen(opened);
  };
  return (line) => {
    if (broken) return;
    try {
      let target = current();
      if (fstatSync(target).size >= maxBytes && turnOver(file)) target = reopen(target);
      // One write to a file opened for appending: lines of several processes do not mix.
      writeSync(target, line);
    } catch {
      // Without a descriptor there is no place to write to; else the disk is full, perhaps for a while.
      broken = descriptor === undefined;
    }
  };
}

function isFile(descriptor: number, path: string): boolean {
  const named = statSync(path, { throwIfNoEntry: false });
  const opened = fstatSync(descriptor);
  return named?.ino === opened.ino && named.dev === opened.dev;
}

/** Gives each file the next name, unless another process does so or has just done it. */
function turnOver(file: string): boolean {
  const lock = `${file}.lock`;
  if (!take(lock)) return false;
  try {
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < maxBytes) return true;
    const names = rotatedFiles(file);
    for (let age = names.length - 1; age > 0; age--) moveIfThere(names[age - 1], names[age]);
    return true;
  } finally {
    unlinkSync(lock);
  }
}

function take(lock: string): boolean {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      closeSync(openSync(lock, "wx", 0o600));
      return true;
    } catch {
      const left = statSync(lock, { throwIfNoEntry: false });
      // A clock that was put back makes it look younger than now.
      if (!left || Math.abs(Date.now() - left.mtimeMs) < staleMs) return false;
      unlinkSync(lock);
    }
  }
  return false;
}

function moveIfThere(from = "", to = ""): void {
  if (statSync(from, { throwIfNoEntry: false })) renameSync(from, to);
}
