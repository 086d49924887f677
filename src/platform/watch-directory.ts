import { existsSync, type FSWatcher, readdirSync, watch } from "node:fs";
import { basename } from "node:path";
import type { Cancel } from "./ports.ts";

/** How often a directory that is not there is looked for again, in ms. */
const retryMs = 1000;

/**
 * Names the changed entries of a directory. One that is not there is waited for, one that goes away
 * as well; what it holds when it appears counts as changed.
 */
export function watchDirectory(path: string, listener: (name: string) => void): Cancel {
  let watcher: FSWatcher | undefined;
  let retry: NodeJS.Timeout | undefined;
  let over = false;

  const later = () => {
    watcher?.close();
    watcher = undefined;
    clearTimeout(retry);
    if (!over) retry = setTimeout(reopen, retryMs).unref();
  };
  const open = () => {
    // A failing watch makes an error with a stack each second, a look costs a hundredth of that.
    if (!existsSync(path)) return later();
    try {
      watcher = watch(path, { persistent: false }, (_event, name) => {
        if (name === null || over) return;
        listener(name);
        // The directory itself went away: Linux reports its own name, then nothing more.
        if (name === basename(path)) later();
      });
      watcher.on("error", later);
    } catch {
      later();
    }
  };
  const reopen = () => {
    open();
    if (watcher) for (const name of entries(path)) listener(name);
  };
  open();
  return () => {
    over = true;
    clearTimeout(retry);
    watcher?.close();
  };
}

function entries(path: string): readonly string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
