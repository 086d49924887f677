/** `npm run docs`: writes the generated parts of the documents and the man page anew. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generatedParts, projectRoot, withPart } from "./generated.ts";
import { manPage } from "./man-page.ts";

for (const part of generatedParts) {
  const path = join(projectRoot, part.file);
  await writeFile(path, withPart(await readFile(path, "utf8"), part));
}
await writeFile(join(projectRoot, "docs/ai-rules.1"), manPage());
