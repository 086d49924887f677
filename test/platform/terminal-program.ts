/**
 * A program that takes the terminal, as the TUI does, and says there what it hears. Its first
 * argument says what happens next, the second names the file for what it hears when the terminal is
 * gone.
 */
import { appendFileSync } from "node:fs";
import { createOwnProcess } from "../../src/platform/own-process.ts";
import { createTerminal } from "../../src/platform/terminal.ts";

const terminal = createTerminal();
const own = createOwnProcess();
const [, , ending, reportFile] = process.argv;

function say(text: string): void {
  terminal.write(Buffer.from(`${text}\r\n`), () => {});
}

const { cols, rows } = terminal.size();
terminal.onResize((size) => say(`resized ${size.cols}x${size.rows}`));
terminal.onContinue(() => say("continued"));
terminal.onInput((bytes) => say(`heard ${Buffer.from(bytes).toString("hex")}`));
terminal.onGone(() => {
  if (reportFile === undefined) return;
  appendFileSync(reportFile, "gone\n");
  setTimeout(() => {
    appendFileSync(reportFile, "ended\n");
    own.exit(9);
  }, 100);
});
if (ending === "gone") own.onSignal(() => {});
if (ending === "signal")
  own.onSignal((name) => {
    say(`signalled ${name}`);
    setTimeout(() => own.exit(143), 20);
  });
terminal.enter({ enter: "\u001b[?1049h<entered>", leave: "<left>\u001b[?1049l" });
say(`size ${cols}x${rows} name ${await terminal.name()}`);

if (ending === "throw") setTimeout(() => JSON.parse("{"), 20);
if (ending === "reject") void Promise.reject(new Error("rejected"));
if (ending === "exit") setTimeout(() => own.exit(3), 20);
if (ending === "leave") terminal.leave();
if (ending === "again") {
  terminal.leave();
  terminal.enter({ enter: "<again>", leave: "<over>" });
}
if (ending === "flood") {
  const frame = Buffer.alloc(1_000_000, "x");
  const next = () => terminal.write(frame, next);
  next();
  setTimeout(() => own.exit(4), 300);
}
