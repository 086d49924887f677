/** The layer table of ARCHITECTURE.md, kept: which folder may import which, and which packages. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

type Layer = {
  /** Folders of `src`, or single files of them. Its own folder is always allowed. */
  readonly folders: readonly string[];
  /** Packages; `*` at the end stands for anything. */
  readonly packages: readonly string[];
};

/** Node modules that compute and touch nothing. */
const pure = ["node:path", "node:crypto", "node:url"];
const ports = "platform/ports.ts";

const layers: Readonly<Record<string, Layer>> = {
  core: { folders: [], packages: [] },
  screen: { folders: ["core"], packages: ["@xterm/*", "node:module"] },
  keys: { folders: ["core"], packages: [] },
  platform: { folders: ["core"], packages: ["node:*", "node-pty", "execa"] },
  project: { folders: ["core", ports], packages: [...pure, "zod", "jsonc-parser"] },
  profiles: {
    folders: ["core", ports],
    packages: [...pure, "zod", "jsonc-parser", "diff", "node-diff3", "yaml"],
  },
  nix: { folders: ["core", ports], packages: pure },
  runtimes: { folders: ["core", ports], packages: pure },
  opencode: { folders: ["core", ports], packages: [...pure, "jsonc-parser"] },
  survey: { folders: ["core", "project", "opencode", "runtimes", ports], packages: pure },
  doctor: {
    folders: [
      "core",
      "project",
      "profiles",
      "nix",
      "opencode",
      "runtimes",
      "survey",
      "keys",
      ports,
    ],
    packages: pure,
  },
  "tui/view": {
    folders: ["core", "keys"],
    packages: ["ink", "react", "zustand", "zustand/*", "node:worker_threads", "node:stream"],
  },
  tui: {
    folders: [
      "core",
      "screen",
      "keys",
      "project",
      "profiles",
      "nix",
      "opencode",
      "runtimes",
      "survey",
      "doctor",
      ports,
      "tui/view",
    ],
    packages: ["zustand/vanilla", "node:path"],
  },
  cli: { folders: ["*"], packages: ["*"] },
};

const source = resolve(import.meta.dirname, "../src");

describe("the layers", () => {
  for (const [name, layer] of Object.entries(layers)) {
    it(`lets ${name} import only ${describeLayer(layer)}`, () => {
      const wrong = filesOf(name).flatMap((file) =>
        importsOf(file)
          .filter((target) => !isAllowed(target, { name, layer }))
          .map((target) => `${relative(source, file)} imports ${target}`),
      );

      expect(wrong).toEqual([]);
    });
  }

  it("holds every source file", () => {
    const inLayers = Object.keys(layers).flatMap((name) => filesOf(name));
    expect(filesBelow(source).filter((file) => !inLayers.includes(file))).toEqual([]);
  });

  it("keeps node-pty, execa, fs and child processes in the platform", () => {
    const machine = /^(node-pty|execa|node:(fs|child_process|net|http|tty|os|process)(\/.*)?)$/;
    const wrong = filesBelow(source)
      .filter((file) => !/\/(platform|cli)\//.test(file))
      .flatMap((file) => importsOf(file).filter((target) => machine.test(target)));

    expect(wrong).toEqual([]);
  });
});

function describeLayer({ folders, packages }: Layer): string {
  return [...folders, ...packages].join(", ") || "nothing";
}

function isAllowed(target: string, { name, layer }: { name: string; layer: Layer }): boolean {
  if (!target.startsWith("src/")) return layer.packages.some((allowed) => matches(allowed, target));
  const path = target.slice("src/".length);
  if (path.startsWith(`${name}/`)) return true;
  return layer.folders.some((folder) => {
    if (folder === "*" || path === folder) return true;
    return !folder.endsWith(".ts") && path.startsWith(`${folder}/`);
  });
}

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

/** What a file imports: packages by name, own files as `src/...`. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, "utf8");
  const pattern =
    /^(?:import|export)\b[^;"]*\bfrom "([^"]+)"|^import "([^"]+)"|\bimport\(\s*"([^"]+)"\s*\)|\brequire\("([^"]+)"\)/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const target = match.slice(1).find((part) => part !== undefined) ?? "";
    if (!target.startsWith(".")) return target;
    return join("src", relative(source, resolve(dirname(file), target)));
  });
}

/** The files of a layer, without those of a layer below it that is named by itself. */
function filesOf(name: string): readonly string[] {
  const nested = Object.keys(layers).filter((other) => other.startsWith(`${name}/`));
  return filesBelow(join(source, name)).filter(
    (file) => !nested.some((other) => file.startsWith(join(source, other, "/"))),
  );
}

function filesBelow(directory: string): readonly string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}
