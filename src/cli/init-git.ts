/** Git, so that Nix sees the files: a flake in a repository consists of what Git knows. */
import { dirname, join } from "node:path";
import { printableLines } from "../core/text.ts";
import type { CommandResult, Files, Ports, Variables } from "../platform/ports.ts";

export type GitWork = {
  /** The repository's top; undefined where there is none. */
  readonly repository: string | undefined;
  /** It was made now. */
  readonly initialised: boolean;
  /** Paths that Git knows from now on. */
  readonly added: readonly string[];
  readonly notes: readonly string[];
};

/** The top of the repository that a directory is in, as Git finds it. */
export async function repositoryOf(files: Files, directory: string): Promise<string | undefined> {
  // A directory in a clone, a file in a worktree or a submodule.
  if (await files.status(join(directory, ".git")).catch(() => undefined)) return directory;
  const parent = dirname(directory);
  return parent === directory ? undefined : repositoryOf(files, parent);
}

type Request = {
  /** Where the files are now. */
  readonly root: string;
  /** Where no repository above counts: a project that is made elsewhere first. */
  readonly repository: string | undefined;
  /** What was written, from the root. */
  readonly paths: readonly string[];
};

/** Makes a repository where there is none, and tells Git of files without staging their content. */
export async function showToGit(
  ports: Pick<Ports, "run" | "env">,
  { root, repository, paths }: Request,
): Promise<GitWork> {
  const git = (...args: readonly string[]) =>
    ports.run({
      file: "git",
      args,
      cwd: root,
      env: withoutGit(ports.env),
      timeoutMs: 10_000,
    });
  const nothing = { repository, initialised: false, added: [] };
  if (repository === undefined) {
    const made = await git("init", "--quiet");
    if (!succeeded(made)) return { ...nothing, notes: [failed("git init", made)] };
  }
  const all = { ...nothing, repository: repository ?? root, initialised: repository === undefined };
  const unknown = await git(
    "--literal-pathspecs",
    "ls-files",
    "-z",
    "--others",
    "--exclude-standard",
    "--",
    ...paths,
  );
  if (!succeeded(unknown)) return { ...all, notes: [failed("git ls-files", unknown)] };
  const added = unknown.stdout.split("\0").filter((path) => path !== "");
  if (added.length > 0) {
    const result = await git("--literal-pathspecs", "add", "-N", "--", ...added);
    if (!succeeded(result)) return { ...all, notes: [failed("git add -N", result)] };
  }
  return { ...all, added, notes: await ignoredNotes(git, paths) };
}

/** Whoever runs init in a hook or with GIT_DIR set means the project's own repository all the same. */
function withoutGit(env: Variables): Variables {
  return Object.fromEntries(
    Object.entries(env).filter(
      ([name]) => !/^GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX|COMMON_DIR|OBJECT_DIRECTORY)$/.test(name),
    ),
  );
}

async function ignoredNotes(
  git: (...args: readonly string[]) => Promise<CommandResult>,
  paths: readonly string[],
): Promise<readonly string[]> {
  const seenByNix = paths.filter((path) => /^flake\.(nix|lock)$/.test(path));
  if (seenByNix.length === 0) return [];
  const { stdout } = await git("check-ignore", "--", ...seenByNix);
  return printableLines(stdout).map(
    (path) => `Git ignores ${path}, so that Nix cannot see it; fix: \`git add -f -N ${path}\``,
  );
}

function succeeded({ end, exit }: CommandResult): boolean {
  return end === "exited" && exit.code === 0;
}

function failed(command: string, result: CommandResult): string {
  if (result.end === "not-found")
    return "Git is not installed: Nix copies the whole directory at each start; fix: install git, then `git init` and `git add -N .`";
  const [why = "it did not end"] = printableLines(result.stderr);
  return `${command} failed: ${why}; fix: run it by hand, then \`git add -N .\`, so that Nix sees the files`;
}
