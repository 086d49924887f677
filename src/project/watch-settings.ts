import { basename, dirname } from "node:path";
import type { Problem } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import type { Cancel, Ports } from "../platform/ports.ts";
import { loadSettings, settingsFiles } from "./settings.ts";

/** Editors write in several steps: a change counts when nothing follows it for so many ms. */
const debounceMs = 150;

export type SettingsWatch = {
  readonly root: string;
  /** What holds now. */
  readonly current: Settings;
  readonly onSettings: (settings: Settings, warnings: readonly Problem[]) => void;
  /** An edit broke the settings; the last good ones go on to hold. */
  readonly onBroken: (errors: readonly Problem[]) => void;
};

/** Reads the settings again whenever one of their files changes. */
export function watchSettings(
  ports: Pick<Ports, "files" | "env" | "host" | "clock">,
  watch: SettingsWatch,
): Cancel {
  let known = JSON.stringify(watch.current);
  let cancelTimer: Cancel | undefined;
  let latest = 0;

  const read = async () => {
    const turn = ++latest;
    const { settings, warnings, errors } = await loadSettings(ports, watch.root);
    if (turn !== latest) return;
    if (errors.length > 0) return watch.onBroken(errors);
    const text = JSON.stringify(settings);
    if (text === known) return;
    known = text;
    watch.onSettings(settings, warnings);
  };
  const cancels = settingsFiles(ports, watch.root).map((file) =>
    ports.files.watchDirectory(dirname(file), (name) => {
      if (name !== basename(file)) return;
      cancelTimer?.();
      cancelTimer = ports.clock.after(debounceMs, () => void read());
    }),
  );
  return () => {
    latest++;
    cancelTimer?.();
    for (const cancel of cancels) cancel();
  };
}
