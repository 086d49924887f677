import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { settingsJsonSchema } from "../../src/project/settings-schema.ts";
import { projectRoot } from "./generated.ts";

const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

describe.each([
  ...documents,
  "docs/settings.md",
  "docs/models.md",
  "docs/doctor.md",
  "docs/init.md",
  "docs/profiles.md",
])("%s", (file) => {
  const text = readFileSync(join(projectRoot, file), "utf8");

  it("names only files and folders of the project that exist", () => {
    expect(pathsIn(text).filter((path) => !exists(path, file))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("can be read in one go", () => {
    const lines = readFileSync(join(projectRoot, "ARCHITECTURE.md"), "utf8").split("\n");
    expect(lines.length).toBeLessThanOrEqual(151);
  });
});

describe("docs/errors.md", () => {
  it("names only settings that exist", () => {
    const schema = JSON.stringify(settingsJsonSchema());
    const named = readFileSync(join(projectRoot, "docs/errors.md"), "utf8").matchAll(
      /"([a-z]+[A-Z][A-Za-z]*)"/g,
    );

    const names = [...named].map(([quoted]) => quoted);
    expect(names).not.toEqual([]);
    expect(names.filter((quoted) => !schema.includes(`${quoted}:`))).toEqual([]);
  });
});

/** Paths in code or links; those of the source may leave out `src`. Names in capitals stand for any. */
function pathsIn(text: string): readonly string[] {
  const written = [...text.matchAll(/`([\w@.-]+(?:\/[\w.-]+)+)`|\]\(([\w./-]+)\)/g)];
  return written
    .map(([, code, link]) => code ?? link ?? "")
    .filter(
      (path) =>
        !/[A-Z]{3,}\.|^(ollama|qwen|mlx-community)\/|^\.opencode\/|^\.ai-rules\/|^@xterm\//.test(
          path,
        ),
    );
}

function exists(path: string, file: string): boolean {
  if (existsSync(join(projectRoot, dirname(file), path))) return true;
  return existsSync(join(projectRoot, path)) || existsSync(join(projectRoot, "src", path));
}
