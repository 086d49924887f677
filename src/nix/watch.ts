import { basename, dirname } from "node:path";
import type { Problem } from "../core/error.ts";
import type { Cancel, Ports } from "../platform/ports.ts";
import { loadEnvironment } from "./environment.ts";
import { findNix } from "./find-nix.ts";
import { type Fingerprint, fingerprint, sameButLock } from "./fingerprint.ts";
import { installableOf, nixSystem } from "./installable.ts";
import type { LoadedEnvironment } from "./loaded-environment.ts";
import { sameVariables } from "./variables.ts";

export type EnvironmentChange =
  /** The shell's files changed; it is evaluated in the background. */
  | { readonly type: "reloading" }
  | { readonly type: "changed"; readonly environment: LoadedEnvironment }
  /** The files changed, the shell did not; what is said of it may have. */
  | { readonly type: "unchanged"; readonly environment: LoadedEnvironment }
  /** It can no longer be loaded: what runs keeps what it has. */
  | { readonly type: "broken"; readonly problem: Problem };

export type WatchOptions = {
  readonly root: string;
  readonly shell?: string;
  readonly cacheDir: string;
  /** What the panes have. */
  readonly current: LoadedEnvironment;
  readonly onChange: (change: EnvironmentChange) => void;
  /** Called once the watch has begun. */
  readonly onReady?: () => void;
};

/** Long enough for an editor's or `git checkout`'s several writes. */
const debounceMs = 250;

/**
 * Watches the files that define the shell and loads it again when their contents change. Directories
 * are watched: editors rename a new file over the old one. Only the newest change counts: an
 * evaluation that it overtakes is cancelled.
 */
export function watchEnvironment(ports: Ports, options: WatchOptions): Cancel {
  // It belongs to whoever made it: direnv reloads its own.
  if (options.current.summary.source === "inherited") return () => {};
  const watch = createWatch(ports, options);
  void watch.start();
  return watch.stop;
}

type Watch = { readonly start: () => Promise<void>; readonly stop: Cancel };

function createWatch(ports: Ports, options: WatchOptions): Watch {
  const watched = new Map<string, Cancel>();
  let { current } = options;
  let definition: Definition = { names: new Map() };
  let stopTimer: Cancel | undefined;
  let newest = new AbortController();
  let loading = false;
  let stopped = false;

  async function look(): Promise<Definition> {
    const found = await readDefinition(ports, options);
    if (!stopped) watchOnly([...found.names.keys()]);
    return found;
  }

  function watchOnly(directories: readonly string[]): void {
    for (const [directory, cancel] of watched) {
      if (directories.includes(directory)) continue;
      cancel();
      watched.delete(directory);
    }
    for (const directory of directories) {
      if (watched.has(directory)) continue;
      const cancel = ports.files.watchDirectory(directory, (name) => touched(directory, name));
      watched.set(directory, cancel);
    }
  }

  function touched(directory: string, name: string): void {
    const counts = name.endsWith(".nix") || definition.names.get(directory)?.has(name);
    if (!counts) return;
    stopTimer?.();
    stopTimer = ports.clock.after(debounceMs, () => void settle());
  }

  async function settle(): Promise<void> {
    const now = await look();
    if (stopped || now.fingerprint?.key === definition.fingerprint?.key) return;
    // Nix writes flake.lock while it evaluates; that must not make it start again.
    if (loading && onlyLockDiffers(definition, now, options.root)) return;
    definition = now;
    newest.abort();
    newest = new AbortController();
    await reload(newest.signal);
  }

  async function reload(abort: AbortSignal): Promise<void> {
    loading = true;
    options.onChange({ type: "reloading" });
    const change = await load(abort);
    if (abort.aborted) return;
    definition = await look();
    loading = false;
    if (change.type === "changed") current = change.environment;
    options.onChange(change);
  }

  async function load(abort: AbortSignal): Promise<EnvironmentChange> {
    const { root, shell, cacheDir } = options;
    const request = { root, cacheDir, abort, ...(shell === undefined ? {} : { shell }) };
    const result = await loadEnvironment(ports, request);
    if (!result.ok) return { type: "broken", problem: result.problem };
    const { environment } = result;
    const { problem } = environment.summary;
    if (problem) return { type: "broken", problem };
    return { type: isSameEnvironment(current, environment) ? "unchanged" : "changed", environment };
  }

  return {
    start: async () => {
      definition = await look();
      options.onReady?.();
    },
    stop: () => {
      stopped = true;
      stopTimer?.();
      newest.abort();
      watchOnly([]);
    },
  };
}

/** A hook may export the time: the same shell in the store is the same environment. */
export function isSameEnvironment(a: LoadedEnvironment, b: LoadedEnvironment): boolean {
  if (a.storePath !== undefined && a.storePath === b.storePath) return true;
  return sameVariables(a.variables, b.variables);
}

type Definition = {
  readonly fingerprint?: Fingerprint;
  /** By directory, the names of the files in it that count. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
};

async function readDefinition(
  ports: Ports,
  { root, shell }: Pick<WatchOptions, "root" | "shell">,
): Promise<Definition> {
  const nix = await findNix(ports);
  const found = await fingerprint(ports, {
    root,
    installable: installableOf(shell),
    system: nixSystem(ports.host),
    nix: nix?.identity ?? "",
  });
  const names = new Map([[root, new Set(["flake.nix", "flake.lock"])]]);
  for (const [file, digest] of found?.files ?? []) {
    // A comment may name what never was there; its directory may be missing as well.
    const directory = dirname(file);
    if (digest === "absent" && !names.has(directory)) continue;
    names.set(directory, (names.get(directory) ?? new Set()).add(basename(file)));
  }
  return found ? { fingerprint: found, names } : { names };
}

function onlyLockDiffers(a: Definition, b: Definition, root: string): boolean {
  if (!a.fingerprint || !b.fingerprint) return false;
  return sameButLock(a.fingerprint, b.fingerprint, root);
}
