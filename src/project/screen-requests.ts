/**
 * The screens of a running `ai-rules tui`, for the report of a fault. They stand in its memory alone.
 * Who wants them leaves a request in its run directory, which only this user may enter; the answer is
 * a file there, which is removed as soon as it is read.
 */
import { basename, join } from "node:path";
import { asList, asNumber, asObject, asText, parseJson } from "../core/json.ts";
import type { Cancel, Ports } from "../platform/ports.ts";
import { lockHolder } from "./lock.ts";
import { liveRunDirectories } from "./run-directory.ts";

/** A screen as it stands there: rows of plain text. */
export type Screen = {
  /** "plan"; "all" is the whole terminal, as ai-rules has drawn it. */
  readonly name: string;
  readonly cols: number;
  readonly rows: number;
  readonly text: string;
};

type RequestPorts = Pick<Ports, "files" | "clock" | "randomText">;

const requestName = (nonce: string) => `screens-wanted-${nonce}`;
const answerName = (nonce: string) => `screens-${nonce}.json`;

/** Answers requests that come into the directory of this run; the cancel ends it. */
export function answerScreenRequests(
  { files, log }: Pick<Ports, "files" | "log">,
  runDirectory: string,
  screens: () => readonly Screen[],
): Cancel {
  const answered = new Set<string>();
  const answer = async (nonce: string) => {
    const request = join(runDirectory, requestName(nonce));
    // It is named when it goes away, too.
    if ((await files.readText(request)) === undefined) return;
    await files.remove(request);
    await files.writeAtomically(
      join(runDirectory, answerName(nonce)),
      JSON.stringify({ version: 1, screens: screens() }),
    );
    log.info("the screens were handed to a report of a fault");
  };
  return files.watchDirectory(runDirectory, (name) => {
    const [, nonce] = /^screens-wanted-([\w-]+)$/.exec(name) ?? [];
    if (nonce === undefined || answered.has(nonce)) return;
    answered.add(nonce);
    void answer(nonce).catch((error: unknown) => {
      log.warn(`the screens could not be handed to a report: ${String(error)}`);
    });
  });
}

/** The run directory of the `ai-rules tui` that is open in a project; undefined when none is. */
export async function openRun(
  ports: Pick<Ports, "files" | "processes">,
  { runtimeDirectory, root }: { readonly runtimeDirectory: string; readonly root: string },
): Promise<string | undefined> {
  const holder = await lockHolder(ports, { runtimeDirectory, root });
  if (!holder) return undefined;
  const runs = await liveRunDirectories(ports, runtimeDirectory);
  return runs.find((path) => basename(path).startsWith(`run-${holder.pid}-`));
}

/** A busy TUI answers within its next frame; one that hangs does not. */
const patienceMs = 3000;
const lookMs = 30;

/** Asks a run for its screens; undefined when it does not answer. */
export async function requestScreens(
  ports: RequestPorts,
  runDirectory: string,
): Promise<readonly Screen[] | undefined> {
  const { files, clock } = ports;
  const nonce = ports.randomText(9);
  const request = join(runDirectory, requestName(nonce));
  const answer = join(runDirectory, answerName(nonce));
  const until = clock.monotonic() + patienceMs;
  try {
    // The run may have ended; its directory is not to be made anew. Within a moment it still could
    // be: it then counts as left by a dead run, and is swept.
    if ((await files.status(runDirectory)) === undefined) return undefined;
    await files.createExclusively(request, "");
    for (;;) {
      const text = await files.readText(answer);
      if (text !== undefined) return parseScreens(text);
      if (clock.monotonic() >= until) return undefined;
      await clock.wait(lookMs);
    }
  } catch {
    return undefined;
  } finally {
    await files.remove(request).catch(() => {});
    await files.remove(answer).catch(() => {});
  }
}

function parseScreens(text: string): readonly Screen[] | undefined {
  const screens = asList(asObject(parseJson(text))["screens"]).flatMap((each) => {
    const { name, cols, rows, text: content } = asObject(each);
    const screen = { name: asText(name), text: asText(content) };
    // The name becomes part of a file's.
    if (!screen.name || !/^[a-z]+$/.test(screen.name) || screen.text === undefined) return [];
    return [
      {
        name: screen.name,
        cols: asNumber(cols) ?? 0,
        rows: asNumber(rows) ?? 0,
        text: screen.text,
      },
    ];
  });
  return screens.length > 0 ? screens : undefined;
}
