import type { Ports } from "../platform/ports.ts";

export type NixProgram = {
  /** Absolute path, as found. */
  readonly path: string;
  /**
   * Names this build of Nix without running it: real path, size and modification time. An update
   * changes it, so it stands for the version in the cache's key (`nix --version` takes 20 ms).
   */
  readonly identity: string;
};

type Machine = Pick<Ports, "env" | "files" | "host">;

/** Finds `nix` on the PATH, else where its installers put it; undefined when there is none. */
export async function findNix(machine: Machine): Promise<NixProgram | undefined> {
  for (const path of candidates(machine)) {
    const identity = await identityOf(machine.files, path);
    if (identity !== undefined) return { path, identity };
  }
  return undefined;
}

function candidates({ env, host }: Machine): readonly string[] {
  const directories = (env["PATH"] ?? "")
    .split(":")
    .filter((directory) => directory.startsWith("/"));
  // A shell opened before the installation, or one without its profile script, lacks these.
  const installed = ["/nix/var/nix/profiles/default/bin", `${host.home}/.nix-profile/bin`];
  return [...directories, ...installed].map((directory) => `${directory}/nix`);
}

async function identityOf(files: Machine["files"], path: string): Promise<string | undefined> {
  // A directory of the PATH that may not be read is passed over, as a shell does.
  const status = await files.status(path).catch(() => undefined);
  if (status?.kind !== "file" || !(await files.isExecutable(path))) return undefined;
  const real = (await files.realPath(path)) ?? path;
  return `${real}:${status.size}:${status.modifiedMs}`;
}
