import { join } from "node:path";
import { memory } from "../core/format.ts";
import { printable } from "../core/text.ts";
import type { Files } from "../platform/ports.ts";

/** A text, or why it cannot be had; neither where there is no such file. */
export type ProjectText = { readonly text?: string; readonly note?: string };

/** Many times what files that people write have. */
const mostBytes = 1024 ** 2;

/**
 * Reads a text of a project, of which nothing is known yet: a name may belong to a directory, a link
 * that leads in circles, a pipe, or something huge. What is wrong comes back as words.
 */
export async function readProjectFile(
  files: Pick<Files, "readText" | "status" | "readLink">,
  root: string,
  name: string,
): Promise<ProjectText> {
  const path = join(root, name);
  const shown = printable(name);
  try {
    const found = await files.status(path);
    if (!found) {
      const isLink = (await files.readLink(path)) !== undefined;
      return isLink ? { note: `${shown} is a link that leads to no file` } : {};
    }
    if (found.kind !== "file") return { note: `${shown} is no file, but ${kinds[found.kind]}` };
    if (found.size > mostBytes)
      return { note: `${shown} is too large to be read: ${memory(found.size)}` };
    const text = await files.readText(path);
    return text?.includes("\0") ? { note: `${shown} holds no text` } : { text: text ?? "" };
  } catch (error) {
    const words = error instanceof Error ? printable(error.message) : "unknown reason";
    return { note: `${shown} cannot be read: ${words}` };
  }
}

const kinds = { directory: "a directory", link: "a link", other: "a device or a pipe" } as const;
