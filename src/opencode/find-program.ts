import { delimiter, isAbsolute, join } from "node:path";
import type { Ports } from "../platform/ports.ts";

export type ProgramPlace = {
  /** A PATH; an empty part of it is `cwd`, as for a shell. */
  readonly path: string;
  readonly cwd: string;
};

/**
 * The absolute path of a program, looked up as a shell would; undefined when there is none. A name
 * with a slash is a path: whether it is there is not looked at.
 */
export async function findProgram(
  { files }: Pick<Ports, "files">,
  name: string,
  { path, cwd }: ProgramPlace,
): Promise<string | undefined> {
  if (name.includes("/")) return isAbsolute(name) ? name : join(cwd, name);
  for (const directory of path.split(delimiter)) {
    const file = join(directory === "" ? cwd : directory, name);
    if (isAbsolute(file) && (await files.isExecutable(file))) return file;
  }
  return undefined;
}
