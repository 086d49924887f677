import type { OwnProcess } from "../../src/platform/ports.ts";

/** A process of our own that gets no signal. */
export const undisturbed: Pick<OwnProcess, "onSignal" | "exit"> = {
  onSignal: () => () => {},
  exit: (code) => {
    throw new Error(`exited with ${code}`);
  },
};
