/** Which screens go into the report of a fault: none, unless somebody says so. */
import { openRuntimeDirectory } from "../project/directories.ts";
import { openRun, requestScreens, type Screen } from "../project/screen-requests.ts";
import type { DoctorTools } from "./doctor.ts";

export type ScreensOrder = {
  readonly root: string;
  /** `--screens`: they are wanted, and nobody is asked. */
  readonly wanted: boolean;
  /** `--yes`: nobody is asked. */
  readonly yes: boolean;
};

/** The screens of the TUI that is open in the project, if they may be shown; else empty. */
export async function agreedScreens(
  { ports, console }: DoctorTools,
  { root, wanted, yes }: ScreensOrder,
): Promise<readonly Screen[]> {
  const runtimeDirectory = await openRuntimeDirectory(ports).catch(() => undefined);
  const run = runtimeDirectory && (await openRun(ports, { runtimeDirectory, root }));
  if (run === undefined) {
    if (wanted)
      console.note(`note: no \`ai-rules tui\` is open in ${root}, so there are no screens`);
    return [];
  }
  if (!wanted && (yes || !console.ask)) {
    console.note(
      "note: the screens of the open `ai-rules tui` are not put in; --screens does that",
    );
    return [];
  }
  const isAgreed = wanted || (await console.ask?.(question, new AbortController().signal));
  if (!isAgreed) return [];
  const screens = await requestScreens(ports, run);
  if (!screens)
    console.note("note: the open `ai-rules tui` does not answer, so there are no screens");
  return screens ?? [];
}

const question =
  "put in the last screens of plan, build and review? they may show code, prompts and answers";
