import type { Exit } from "../../core/agent.ts";
import type { PtyOptions } from "../../platform/ports.ts";
import type { DoctorContext } from "../context.ts";

export type SaidInPty = {
  readonly said: string;
  /** Undefined when it was ended because the time was up. */
  readonly exit?: Exit;
};

type PtyCommand = Pick<PtyOptions, "file" | "args"> & Partial<Pick<PtyOptions, "env" | "cwd">>;

/** Enough for what any command here has to say. */
const mostLetters = 100_000;

/** What a program says in a pseudo-terminal, up to its end. Throws `pane/not-started`. */
export function saidInPty(
  { ports, root }: DoctorContext,
  command: PtyCommand,
  abort: AbortSignal,
): Promise<SaidInPty> {
  const { promise, resolve } = Promise.withResolvers<SaidInPty>();
  const pty = ports.spawnPty({ cwd: root, env: ports.env, cols: 80, rows: 25, ...command });
  const reader = new TextDecoder();
  let said = "";
  pty.onData((bytes) => {
    said = (said + reader.decode(bytes, { stream: true })).slice(-mostLetters);
  });
  pty.onExit((exit) => resolve({ said, exit }));
  abort.addEventListener("abort", () => {
    pty.signal("SIGKILL");
    resolve({ said });
  });
  return promise;
}
