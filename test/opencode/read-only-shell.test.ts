import { spawnSync } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  commandsName,
  commandsText,
  shellName,
  shellText,
} from "../../src/opencode/read-only-shell.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { everyFile } from "./file-tree.ts";

async function prepare() {
  const directory = await temporaryDirectory();
  const project = join(directory, "project");
  await mkdir(project);
  const shell = join(directory, shellName);
  await writeFile(shell, shellText);
  await chmod(shell, 0o700);
  await writeFile(join(directory, commandsName), commandsText);
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: directory,
    GIT_OPTIONAL_LOCKS: "0",
    GIT_CONFIG_NOSYSTEM: "1",
  };
  const spawn = (file: string, args: readonly string[]) =>
    spawnSync(file, args, { cwd: project, env, encoding: "utf8" });
  await writeFile(join(project, "a"), "one\ntwo\n");
  const identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  spawn("git", ["init", "--quiet"]);
  spawn("git", ["add", "a"]);
  spawn("git", [...identity, "commit", "--quiet", "--message=first"]);
  return {
    project,
    run: (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawn(shell, args);
      return { status, stdout, stderr };
    },
  };
}

describe("the shell of a read-only mode", () => {
  it("runs what reads, in pipes and lists too", async () => {
    const { run } = await prepare();

    expect(run("-c", "git log --format='%s' | cat && git status --short; wc -l < a")).toEqual({
      status: 0,
      stdout: "first\n2\n",
      stderr: "",
    });
    expect(run("-c", "git branch; git tag; git stash list; git remote -v; git reflog").status).toBe(
      0,
    );
    expect(run("-c", "git diff HEAD 2>&1; find . -name a; sort a | uniq -c").status).toBe(0);
  });

  it.each([
    // Redirects that OpenCode does not see, because no command stands beside them.
    "> f",
    "cd . > f",
    "{ git log; } > f",
    "(git log) > f",
    "for i in 1; do git log; done > f",
    "if git log; then git log; fi >> f",
    "git log | cat > f",
    "git log &> f",
    "git log >| f",
    "cat <> f",
    "cat <<X > f\nhi\nX",
    "> a",
    "eval 'git log > f'",
    "coproc git log > f",
    "exec > f",
    // Options that no pattern finds.
    'git log --out"put"=f',
    "git log --ou\\tput=f",
    "git log $'--out\\x70ut=f'",
    "o=--output=f; git log $o",
    "git log --outp{u,}t=f",
    "git shortlog HEAD --output=f",
    "git diff --ext'-diff'",
    "git grep -O'touch' one",
    "git grep --op=touch one",
    "find . -name a -del''ete",
    "find . -name a -ex''ec rm {} +",
    "find . -fpr''int f",
    "sort -uo f a",
    "sort --outp=f a",
    "sort --compress-pro=touch a",
    "uniq a f",
    "rg --p''re touch one .",
    // Other git commands, and git's options before the command.
    "git commit --allow-empty -m x",
    "git branch x",
    "git branch --list x -D master",
    "git tag x",
    "git stash",
    "git remote add x y",
    "git -c alias.x='!touch f' x",
    "git worktree add w",
    "git reflog expire --all",
    // Ways round the shell itself.
    "/usr/bin/touch f",
    "PATH=.:$PATH; ./a",
    "unset -f git; git log --output=f",
    'git() { command git "$@"; }; git log --output=f',
    "export GIT_TRACE=$PWD/f; git status",
    "declare -x GIT_TRACE=$PWD/f; git status",
    "readonly GIT_TRACE=$PWD/f; set -a; git status",
    "enable export; export GIT_TRACE=$PWD/f; git status",
    "builtin export GIT_TRACE=$PWD/f; git status",
    "trap 'git log > f' EXIT",
    "set -o history; git log; history -w f",
    "source /dev/stdin <<< 'git log > f'",
  ])("writes nothing with `%s`", async (command) => {
    const { project, run } = await prepare();
    const before = await everyFile(project);

    run("-c", command);

    expect(await everyFile(project)).toEqual(before);
  });

  it("says what is refused and why", async () => {
    const { run } = await prepare();

    const { status, stderr } = run("-c", 'git log --out"put"=f');

    expect(stderr).toBe("ai-rules: git log --output=f is refused: this mode is read-only\n");
    expect(status).toBe(126);
  });

  it("keeps the status of the command", async () => {
    const { run } = await prepare();

    expect(run("-c", "false").status).toBe(1);
    expect(run("-c", "git log; exit 7").status).toBe(7);
  });

  it("is the plain shell for what the user types with `!`", async () => {
    const { project, run } = await prepare();

    run("-l", "-c", 'cd -- "$1"; echo mine > f', "opencode", project);

    expect(await readFile(join(project, "f"), "utf8")).toBe("mine\n");
  });
});
