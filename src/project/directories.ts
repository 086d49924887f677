/** Where ai-rules keeps its files: the XDG base directories, on macOS as well. */
import { createHash } from "node:crypto";
import { basename, isAbsolute, join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import type { Ports } from "../platform/ports.ts";

export type Directories = {
  /** The settings of the user: a file. */
  readonly userSettings: string;
  /** What outlives the program; a directory. */
  readonly state: string;
  /** Evaluated environments; a directory, can be deleted at any time. */
  readonly environments: string;
  /** Settings that were found good; a directory, can be deleted at any time. */
  readonly settings: string;
};

/** The paths of this user. They are not made by asking for them. */
export function directoriesOf({ env, host }: Pick<Ports, "env" | "host">): Directories {
  // A relative path in an XDG variable is to be ignored (XDG base directory specification).
  const base = (name: string, ...usual: readonly string[]) =>
    absolute(env[name]) ?? join(host.home, ...usual);
  return {
    userSettings: join(base("XDG_CONFIG_HOME", ".config"), "ai-rules", "config.json"),
    state: join(base("XDG_STATE_HOME", ".local", "state"), "ai-rules"),
    environments: join(base("XDG_CACHE_HOME", ".cache"), "ai-rules", "env"),
    settings: join(base("XDG_CACHE_HOME", ".cache"), "ai-rules", "settings"),
  };
}

/** Names a project in files: 16 hex digits of its real root's hash, then its readable name. */
export function projectKey(root: string): string {
  const hash = createHash("sha256").update(root).digest("hex").slice(0, 16);
  const name = basename(root)
    .replace(/[^\w.-]+/g, "-")
    .slice(0, 40);
  return `${hash}-${name || "root"}`;
}

/** The directory of what is kept for one project: saved state, databases of the agents. */
export function projectDirectory({ state }: Directories, root: string): string {
  return join(state, "projects", projectKey(root));
}

/**
 * Makes the directory of locks and running programs, which only this user may enter. Throws
 * AiRulesError `run/unsafe-directory` when someone else made it first.
 */
export async function openRuntimeDirectory(
  ports: Pick<Ports, "env" | "host" | "files">,
): Promise<string> {
  const path = await runtimePath(ports);
  try {
    await ports.files.makeDirectory(path, 0o700);
  } catch (cause) {
    throw unusable(path, { reason: "cannot be made", cause });
  }
  const link = await ports.files.readLink(path);
  const found = await ports.files.status(path);
  // In a shared /tmp another user could have put a directory or a link of that name there.
  if (link !== undefined || found?.kind !== "directory" || found.uid !== ports.host.uid)
    throw unusable(path, { reason: "belongs to someone else" });
  if ((found.mode & 0o077) !== 0) throw unusable(path, { reason: "can be entered by others" });
  return path;
}

async function runtimePath({
  env,
  host,
  files,
}: Pick<Ports, "env" | "host" | "files">): Promise<string> {
  const runtime = absolute(env["XDG_RUNTIME_DIR"]);
  // After `su` the variable may name a directory of another user, or one that is gone.
  const found =
    runtime === undefined ? undefined : await files.status(runtime).catch(() => undefined);
  if (runtime && found?.kind === "directory" && found.uid === host.uid)
    return join(runtime, "ai-rules");
  return join(absolute(env["TMPDIR"]) ?? "/tmp", `ai-rules-${host.uid}`);
}

function unusable(
  path: string,
  { reason, cause }: { reason: string; cause?: unknown },
): AiRulesError {
  return new AiRulesError(
    {
      code: "run/unsafe-directory",
      message: `the directory for running programs, ${path}, ${reason}`,
      remedy: `look at \`ls -ld ${path}\`, remove it, or set XDG_RUNTIME_DIR to a directory of yours`,
    },
    { cause },
  );
}

function absolute(path: string | undefined): string | undefined {
  return path && isAbsolute(path) ? path : undefined;
}
