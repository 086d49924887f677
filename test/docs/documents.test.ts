import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "./generated.ts";

const documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"];

describe.each([
  ...documents,
  "docs/settings.md",
  "docs/models.md",
  "docs/profiles.md",
  "docs/doctor.md",
])("%s", (file) => {
  const text = readFileSync(join(projectRoot, file), "utf8");

  it("names only files and folders of the project that exist", () => {
    expect(pathsIn(text).filter((path) => !exists(path))).toEqual([]);
  });
});

describe("ARCHITECTURE.md", () => {
  it("can be read in one go", () => {
    const lines = readFileSync(join(projectRoot, "ARCHITECTURE.md"), "utf8").split("\n");
    expect(lines.length).toBeLessThanOrEqual(151);
  });
});

/** Paths in code or links; those of the source may leave out `src`. Names in capitals stand for any. */
function pathsIn(text: string): readonly string[] {
  const written = [...text.matchAll(/`([\w@.-]+(?:\/[\w.-]+)+)`|\]\(([\w./-]+)\)/g)];
  return written
    .map(([, code, link]) => code ?? link ?? "")
    .filter(
      (path) => !/[A-Z]{3,}\.|^(ollama|qwen|mlx-community)\/|^\.opencode\/|^@xterm\//.test(path),
    );
}

function exists(path: string): boolean {
  return existsSync(join(projectRoot, path)) || existsSync(join(projectRoot, "src", path));
}
