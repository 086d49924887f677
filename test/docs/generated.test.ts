import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { generatedParts, projectRoot, withPart } from "./generated.ts";

const keys = { name: "keys", file: "README.md", make: () => "| keys |\n" };

describe("the generated parts of the documents", () => {
  it.each(generatedParts)("$name: `npm run docs` would change nothing", async (part) => {
    const document = await readFile(join(projectRoot, part.file), "utf8");

    expect(document).toBe(withPart(document, part));
  });

  it("leave what stands around them", () => {
    const made = withPart(
      "# Keys\n<!-- keys: made by `npm run docs` -->\nold\n<!-- /keys -->\nmore\n",
      keys,
    );

    expect(made).toBe(
      "# Keys\n<!-- keys: made by `npm run docs` -->\n\n| keys |\n\n<!-- /keys -->\nmore\n",
    );
    expect(withPart(made, keys)).toBe(made);
  });

  it("are missed where a document has no place for them", () => {
    expect(() => withPart("# Keys\n", keys)).toThrow("README.md has no place for keys");
  });
});
