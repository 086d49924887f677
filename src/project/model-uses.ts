/**
 * Which models the other running ai-rules use: two projects can share one runtime, and what one of
 * them unloads the other one misses. Each run keeps a list in its run directory, as "url model".
 */
import { join } from "node:path";
import type { Cancel, Ports } from "../platform/ports.ts";
import { liveRunDirectories } from "./run-directory.ts";

export type ModelUses = {
  /** What this run uses from now on, each as "url model". */
  readonly use: (models: readonly string[]) => void;
  /** The lists of the others are read again from time to time only while somebody looks. */
  readonly attend: (attention: "focused" | "shown" | "hidden") => void;
  readonly stop: () => void;
};

export type ModelUsesOptions = {
  /** That of all runs. */
  readonly runtimeDirectory: string;
  /** That of this run. */
  readonly runDirectory: string;
  /** Called when what the others use has changed. */
  readonly onOthers: (models: readonly string[]) => void;
};

type UsesPorts = Pick<Ports, "files" | "processes" | "clock" | "log">;

const fileName = "models.json";
const lookEveryMs = 5000;

/** Keeps the list of this run and reads those of the others, at once and then every 5 s. */
export function createModelUses(ports: UsesPorts, options: ModelUsesOptions): ModelUses {
  const { clock, files, log } = ports;
  let told = "[]";
  let written = "[]";
  let writing: Promise<void> = Promise.resolve();
  let timer: Cancel | undefined;
  let attention: "focused" | "shown" | "hidden" = "hidden";
  let looking = false;
  let stopped = false;

  async function look(): Promise<void> {
    timer = undefined;
    looking = true;
    // A directory can go while it is read; the next look sees what is left.
    const models = await usedElsewhere(ports, options).catch(() => undefined);
    looking = false;
    if (stopped) return;
    if (models && JSON.stringify(models) !== told) {
      told = JSON.stringify(models);
      options.onOthers(models);
    }
    plan();
  }

  function plan(): void {
    timer?.();
    timer = undefined;
    if (stopped || looking || attention === "hidden") return;
    timer = clock.after(lookEveryMs, () => void look());
  }

  void look();
  return {
    use(models) {
      const text = JSON.stringify([...new Set(models)].toSorted());
      if (text === written || stopped) return;
      written = text;
      // One after the other, so that the last one stays.
      writing = writing
        .then(() => files.writeAtomically(join(options.runDirectory, fileName), text))
        .catch((error: unknown) => log.warn(`models in use not written down: ${String(error)}`));
    },
    attend(next) {
      const looksAgain = attention === "hidden" && next !== "hidden";
      attention = next;
      if (looksAgain && !looking) void look();
      else plan();
    },
    stop() {
      stopped = true;
      timer?.();
    },
  };
}

/** What other live runs use, each once, as "url model". */
export async function usedElsewhere(
  ports: Pick<Ports, "files" | "processes">,
  { runtimeDirectory, runDirectory }: Omit<ModelUsesOptions, "onOthers">,
): Promise<readonly string[]> {
  const runs = await liveRunDirectories(ports, runtimeDirectory);
  const others = runs.filter((path) => path !== runDirectory);
  const lists = await Promise.all(
    others.map(async (path) => parseList(await ports.files.readText(join(path, fileName)))),
  );
  return [...new Set(lists.flat())].toSorted();
}

function parseList(text: string | undefined): readonly string[] {
  try {
    const value: unknown = JSON.parse(text ?? "[]");
    if (!Array.isArray(value)) return [];
    return value.filter((model: unknown) => typeof model === "string");
  } catch {
    return [];
  }
}
