import type { Ports } from "../platform/ports.ts";
import { type CachedShell, cachedShells, shellDirectory } from "./cache.ts";
import { type ShellRequest, shellFingerprint } from "./evaluate-shell.ts";
import { installableOf } from "./installable.ts";

export type ShellInCache = {
  /** Where the evaluated shells of this project and name are. */
  readonly directory: string;
  /** The one that fits the flake as it is now. */
  readonly fresh?: CachedShell;
  /** The newest, also of an earlier flake. */
  readonly newest?: CachedShell;
};

/** Looks for the evaluated shell without running Nix. */
export async function shellInCache(
  ports: Pick<Ports, "files" | "host">,
  request: Pick<ShellRequest, "root" | "shell" | "nix" | "cacheDir">,
): Promise<ShellInCache> {
  const { cacheDir, root, shell } = request;
  const directory = shellDirectory(cacheDir, root, installableOf(shell));
  const print = await shellFingerprint(ports, request);
  const shells = await cachedShells(ports, directory);
  const fresh = shells.find(({ key }) => key === print?.key);
  const [newest] = shells;
  return { directory, ...(fresh ? { fresh } : {}), ...(newest ? { newest } : {}) };
}
