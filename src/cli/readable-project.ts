import { AiRulesError } from "../core/error.ts";
import { shellWord } from "../core/shell-word.ts";
import { printable } from "../core/text.ts";
import type { Ports } from "../platform/ports.ts";

/** Throws `project/unreadable` where a project's directory keeps us out: all that runs there would seem to be missing. */
export async function assertReadable({ files }: Pick<Ports, "files">, root: string): Promise<void> {
  const found = await files.status(root).catch(() => undefined);
  if (found?.kind === "directory" && (await isListed(files, root))) return;
  throw new AiRulesError(
    found?.kind === "directory"
      ? {
          code: "project/unreadable",
          message: `you may not look into ${printable(root)}`,
          remedy: `let its owner run \`chmod go+rx ${shellWord(root)}\`, or name another project with --cwd`,
        }
      : {
          code: "project/unreadable",
          message: `${printable(root)} is no directory that you can reach`,
          remedy: "name another project with --cwd, or run `ls -ld` on it to see who may enter",
        },
  );
}

async function isListed(files: Ports["files"], root: string): Promise<boolean> {
  try {
    await files.list(root);
    // A directory that may be read and not entered has names, and nothing behind them.
    await files.status(`${root}/.`);
    return true;
  } catch {
    return false;
  }
}
