/** Where a project says by which Elixir and Erlang a version manager builds it. */
import { dirname, join, relative } from "node:path";
import { printable } from "../core/text.ts";
import type { Files } from "../platform/ports.ts";
import { readProjectFile } from "./read-project-file.ts";
import { type ToolVersions, toolVersionReaders } from "./tool-versions.ts";

export type FoundToolVersions = {
  /** `file` is a path from the project's root, which may lead upward. */
  readonly found?: ToolVersions & { readonly file: string };
  readonly notes: readonly string[];
};

/** asdf and mise look upward; here they do up to the top of the repository, so that no home counts. */
export async function findToolVersions(files: Files, root: string): Promise<FoundToolVersions> {
  const notes: string[] = [];
  for (const directory of await upToRepository(files, root)) {
    for (const [name, read] of toolVersionReaders) {
      const file = relative(root, join(directory, name));
      const { text, note } = await readProjectFile(files, root, file);
      if (note !== undefined) notes.push(note);
      const versions = text === undefined ? {} : printedVersions(read(text));
      if (Object.keys(versions).length > 0) return { found: { ...versions, file }, notes };
    }
  }
  return { notes };
}

function printedVersions({ elixir, erlang }: ToolVersions): ToolVersions {
  return {
    ...(elixir === undefined ? {} : { elixir: printable(elixir).slice(0, 60) }),
    ...(erlang === undefined ? {} : { erlang: printable(erlang).slice(0, 60) }),
  };
}

/** The directory and those above it, up to that with `.git`; the directory alone where there is none. */
async function upToRepository(files: Files, root: string): Promise<readonly string[]> {
  const above: string[] = [];
  for (let directory = root; ; directory = dirname(directory)) {
    above.push(directory);
    if (await files.status(join(directory, ".git")).catch(() => undefined)) return above;
    if (dirname(directory) === directory) return [root];
  }
}
