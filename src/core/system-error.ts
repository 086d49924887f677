/** What the system refuses anywhere, in the user's words: nobody has to foresee it at each place. */
import type { Problem } from "./error.ts";

/** A failed system call as a problem; undefined for anything else. */
export function systemProblem(error: unknown): Problem | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string")
    return undefined;
  const { code: name } = error;
  const path = "path" in error && typeof error.path === "string" ? error.path : undefined;
  const detail = error.stack === undefined ? {} : { detail: error.stack };
  const what = path ?? "something";
  switch (name) {
    case "EACCES":
    case "EPERM":
      if (path === undefined) return undefined;
      return {
        code: "run/no-access",
        message: `ai-rules may not use ${what} (${name})`,
        remedy: `look at ${listing(path)}, and give yourself access to it and to what is above it`,
        ...detail,
      };
    case "ENOENT":
      // Anything else that is not there is somebody's own business, who has words for it.
      if (!("syscall" in error) || error.syscall !== "uv_cwd") return undefined;
      return {
        code: "run/directory-gone",
        message: "the directory that you are in is not there any more",
        remedy: "go to one that is: `cd`, or name it with --cwd",
        ...detail,
      };
    case "EROFS":
      return {
        code: "run/read-only",
        message: `${what} is on a read-only file system`,
        remedy: "mount it writable, or name another place: with --cwd, HOME or the XDG variables",
        ...detail,
      };
    case "ENOSPC":
    case "EDQUOT":
      return {
        code: "run/disk-full",
        message: `there is no space left for ${what}`,
        remedy: "free some: `df -h` shows what is full, `nix-collect-garbage` empties Nix's store",
        ...detail,
      };
    case "EMFILE":
    case "ENFILE":
      return {
        code: "run/too-many-files",
        message: `no more files can be opened (${name})`,
        remedy: "raise the limit: `ulimit -n 4096`",
        ...detail,
      };
    case "ENOTDIR":
    case "EEXIST":
    case "EISDIR":
      if (path === undefined) return undefined;
      return {
        code: "run/in-the-way",
        message: `something else stands where ${what} should be (${name})`,
        remedy: `look at ${listing(path)}, and move it away`,
        ...detail,
      };
    default:
      return undefined;
  }
}

/** The command that shows a path and the directory it is in. */
function listing(path: string): string {
  const directory = path.replace(/\/[^/]*\/?$/, "") || "/";
  return `\`ls -ld ${word(directory)} ${word(path)}\``;
}

function word(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
