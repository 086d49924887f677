/** `npm run docs`: writes the generated parts of the documents anew. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { generatedParts, projectRoot, withPart } from "./generated.ts";

for (const part of generatedParts) {
  const path = join(projectRoot, part.file);
  await writeFile(path, withPart(await readFile(path, "utf8"), part));
}
