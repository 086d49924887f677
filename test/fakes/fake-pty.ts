import type { Exit } from "../../src/core/agent.ts";
import type { Pty, SpawnPty } from "../../src/platform/ports.ts";

export type FakePty = Pty & {
  /** What was written to the child, as text. */
  readonly written: readonly string[];
  /** It is not read. */
  readonly isPaused: boolean;
  /** The child writes. */
  say(text: string): void;
  /** The child ends. */
  end(exit: Exit): void;
};

/** Children without processes: each spawn makes one, and `children` lists them in order. */
export function createFakePtys(): { readonly spawn: SpawnPty; readonly children: FakePty[] } {
  const children: FakePty[] = [];
  const spawn: SpawnPty = () => {
    const child = createFakePty(1000 + children.length);
    children.push(child);
    return child;
  };
  return { spawn, children };
}

function createFakePty(pid: number): FakePty {
  const written: string[] = [];
  let paused = false;
  const dataListeners = new Set<(bytes: Uint8Array) => void>();
  const exitListeners = new Set<(exit: Exit) => void>();
  return {
    pid,
    written,
    write: (data) =>
      void written.push(typeof data === "string" ? data : Buffer.from(data).toString()),
    resize: () => undefined,
    get isPaused() {
      return paused;
    },
    pause: () => void (paused = true),
    resume: () => void (paused = false),
    signal: () => true,
    onData: (listener) => {
      dataListeners.add(listener);
      return () => dataListeners.delete(listener);
    },
    onExit: (listener) => {
      exitListeners.add(listener);
      return () => exitListeners.delete(listener);
    },
    say: (text) => dataListeners.forEach((listener) => listener(Buffer.from(text))),
    end: (exit) => exitListeners.forEach((listener) => listener(exit)),
  };
}
