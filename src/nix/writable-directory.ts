import type { Problem } from "../core/error.ts";
import type { Ports } from "../platform/ports.ts";

export type WritableDirectory =
  | {
      readonly type: "open";
      readonly directory: string;
      /** Says that it is not the one asked for. */
      readonly note?: string;
      /** Removes it if it was made for once. */
      readonly close: () => Promise<void>;
    }
  | { readonly type: "none"; readonly problem: Problem };

type Machine = Pick<Ports, "files" | "env" | "randomText">;

/** The cache's directory if it can be written to, else one in $TMPDIR for this once. */
export async function openWritableDirectory(
  machine: Machine,
  wanted: string,
): Promise<WritableDirectory> {
  if (await canWrite(machine, wanted))
    return { type: "open", directory: wanted, close: () => Promise.resolve() };
  const directory = `${machine.env["TMPDIR"] ?? "/tmp"}/ai-rules-env.${machine.randomText(9)}`;
  if (!(await canWrite(machine, directory))) return { type: "none", problem: nowhere(wanted) };
  const note = `${wanted} cannot be written to: the environment is evaluated at each start`;
  const close = () => machine.files.remove(directory).catch(() => {});
  return { type: "open", directory, note, close };
}

async function canWrite({ files, randomText }: Machine, directory: string): Promise<boolean> {
  const probe = `${directory}/.probe.${randomText(6)}`;
  try {
    await files.makeDirectory(directory, 0o700);
    await files.writeAtomically(probe, "");
    await files.remove(probe);
    return true;
  } catch {
    return false;
  }
}

function nowhere(directory: string): Problem {
  return {
    code: "nix/cache-not-writable",
    message: `neither ${directory} nor the temporary directory can be written to`,
    remedy: "free some space, or set XDG_CACHE_HOME and TMPDIR to directories of yours",
  };
}
