/** `ai-rules doctor --report [FILE]`: one archive for the report of a fault, shown before it is written. */
import { dirname, resolve } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { AiRulesError } from "../core/error.ts";
import { shellWord } from "../core/shell-word.ts";
import { printable } from "../core/text.ts";
import { createDoctorContext } from "../doctor/context.ts";
import { type Checked, type ReportFile, reportFiles } from "../doctor/report/report-files.ts";
import { tarOf } from "../doctor/report/tar.ts";
import type { Console } from "./console.ts";
import type { DoctorTools } from "./doctor.ts";
import { agreedScreens } from "./doctor-screens.ts";
import { version } from "./version.ts";

export type ArchiveOrder = {
  /** Where to, from the working directory; empty for a name of our own. */
  readonly file: string;
  readonly cwd: string;
  readonly root: string;
  readonly checked: Checked;
  /** Writes it without asking. */
  readonly yes: boolean;
  /** Puts the screens of an open TUI in without asking. */
  readonly screens: boolean;
};

/** Shows what will be in it, asks where somebody sits, and writes it; false when it was not wanted. */
export async function writeArchive(tools: DoctorTools, order: ArchiveOrder): Promise<boolean> {
  const { ports, console } = tools;
  const { root, checked } = order;
  const now = ports.clock.now();
  const name = `ai-rules-report-${stamp(now)}`;
  const path = resolve(order.cwd, order.file || `${name}.tar.gz`);
  // Before anything is asked; who makes it meanwhile is noticed as well.
  if (await ports.files.status(path).catch(() => undefined)) throw exists(path);
  const end = new AbortController();
  const program = { version: version(), node: process.versions.node };
  const context = createDoctorContext({ ports, root, program, abort: end.signal });
  try {
    const screens = await agreedScreens(tools, { root, wanted: order.screens, yes: order.yes });
    const files = await reportFiles(context, checked, screens);
    showFiles(console, files, path);
    if (!(await isWanted(console, order.yes))) {
      console.note("nothing was written");
      return false;
    }
    await write(tools, path, await packed({ directory: name, files, modifiedMs: now }));
  } finally {
    end.abort();
  }
  console.note(`written: ${printable(path)}`);
  console.note(`read it: tar -xzOf ${shellWord(path)}`);
  return true;
}

function showFiles(console: Console, files: readonly ReportFile[], path: string): void {
  console.note(`this goes into ${printable(path)}:`);
  for (const { name, about, text } of files) {
    const size = `${(Buffer.byteLength(text) / 1024).toFixed(1)} kB`;
    console.note(`  ${name.padEnd(18)} ${size.padStart(8)}  ${about}`);
  }
  console.note("only you can read it, and nothing is sent anywhere");
}

async function isWanted({ ask }: Console, yes: boolean): Promise<boolean> {
  if (yes || !ask) return true;
  // Ctrl+c ends the program: nothing has to be put back.
  return ask("write it?", new AbortController().signal);
}

async function packed(request: Parameters<typeof tarOf>[0]): Promise<Uint8Array> {
  return promisify(gzip)(tarOf(request), { level: 9 });
}

async function write({ ports }: DoctorTools, path: string, bytes: Uint8Array): Promise<void> {
  let isNew: boolean;
  try {
    isNew = await ports.files.createExclusively(path, bytes, 0o600);
  } catch (cause) {
    const reason = whyNotWritten(cause, path);
    throw new AiRulesError(
      {
        code: "doctor/report-not-written",
        message: `the report cannot be written to ${printable(path)}: ${printable(reason)}`,
        remedy: "name another place: `ai-rules doctor --report /tmp/report.tar.gz`",
      },
      { cause },
    );
  }
  if (!isNew) throw exists(path);
}

/** "EROFS: read-only file system, open '…'": that file is one of our own, beside the one that is wanted. */
function whyNotWritten(cause: unknown, path: string): string {
  const said = cause instanceof Error ? cause.message : String(cause);
  if (/^(EEXIST|ENOTDIR):/u.test(said)) return `${dirname(path)} is no directory`;
  return said.replace(/^[A-Z]+: (.*), \w+ '.*'$/su, "$1");
}

function exists(path: string): AiRulesError {
  return new AiRulesError({
    code: "doctor/report-exists",
    message: `${printable(path)} is there already`,
    remedy: "name another file: `ai-rules doctor --report FILE.tar.gz`, or remove that one",
  });
}

/** "2026-11-29-093200", in UTC as in the log. */
function stamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
}
