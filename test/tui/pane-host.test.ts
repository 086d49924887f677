import { expect, it } from "vitest";
import { byMode } from "../../src/core/mode.ts";
import { loadEmulator } from "../../src/screen/emulator.ts";
import { createHostColors } from "../../src/screen/host-colors.ts";
import { createPaneHost } from "../../src/tui/pane-host.ts";
import { createFakePtys } from "../fakes/fake-pty.ts";
import { createManualClock } from "../fakes/manual-clock.ts";

const createEmulator = await loadEmulator();
const program = { file: "/bin/agent", args: [], cwd: "/", env: {} };

function openHost() {
  const size = { cols: 40, rows: 5 };
  const ptys = createFakePtys();
  const clock = createManualClock();
  const host = createPaneHost({
    clock,
    spawnPty: ptys.spawn,
    sizes: byMode(() => size),
    createEmulator: () => createEmulator({ ...size, scrollback: 10, colors: createHostColors() }),
    events: { onOutput: () => undefined, onFirstOutput: () => undefined, onExit: () => undefined },
  });
  return { host, children: ptys.children, clock };
}

const killed = { signal: "SIGKILL" };

it("keeps the last screen of a killed program but none of what it asked to be sent", () => {
  const { host, children } = openHost();
  host.spawn("plan", program);
  const fresh = host.emulator("plan").modes();

  children[0]?.say("\x1b[?1049h\x1b[?1;1003;1004;1006;2004;2031;2048h\x1b=\x1b[>7u\x1b[>4;2m");
  children[0]?.say("\x1b[?2026hlast words\x1b[3");
  expect(host.emulator("plan").modes()).toMatchObject({ mouseTracking: "any", kittyFlags: 7 });
  children[0]?.end(killed);

  expect(host.emulator("plan").modes()).toEqual({ ...fresh, alternateScreen: true });
  expect(host.emulator("plan").screenText()).toContain("last words");
});

it("shows the old screen until the next program says something", () => {
  const { host, children } = openHost();
  host.spawn("plan", program);
  children[0]?.say("last words");
  children[0]?.end(killed);

  host.spawn("plan", program);
  expect(host.emulator("plan").screenText()).toContain("last words");
  children[1]?.say("hello");

  expect(host.emulator("plan").screenText().trim()).toBe("hello");
});

it("shows the cursor again that the program before had hidden", () => {
  const { host, children } = openHost();
  host.spawn("plan", program);
  children[0]?.say("\x1b[?25l");
  children[0]?.end(killed);

  host.spawn("plan", program);
  children[1]?.say("$ ");

  expect(host.emulator("plan").cursor().visible).toBe(true);
});

it("does not read siblings that flood until the echo of a key has come", () => {
  const { host, children } = openHost();
  for (const mode of ["plan", "build", "review"] as const) host.spawn(mode, program);
  children[1]?.say("yes\r\n");

  host.favour("plan");
  expect(children.map(({ isPaused }) => isPaused)).toEqual([false, true, false]);
  children[0]?.say("echo");

  expect(children.map(({ isPaused }) => isPaused)).toEqual([false, false, false]);
});

it("reads them again after 4 ms when no echo comes", () => {
  const { host, children, clock } = openHost();
  for (const mode of ["plan", "build"] as const) host.spawn(mode, program);
  children[1]?.say("yes\r\n");

  host.favour("plan");
  clock.advance(4);

  expect(children[1]?.isPaused).toBe(false);
});
