import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandNames, options } from "../../src/cli/commands.ts";
import { projectRoot } from "./generated.ts";
import { manPage } from "./man-page.ts";

const file = join(projectRoot, "docs/ai-rules.1");

function isMissing(program: string): boolean {
  const found = (process.env["PATH"] ?? "")
    .split(":")
    .some((each) => existsSync(join(each, program)));
  return !found && !process.env["CI"];
}

/** What a program makes of the page, without backspaces, and what it complains of. */
function render(program: string, ...args: readonly string[]) {
  const { stdout, stderr, status } = spawnSync(program, args, {
    encoding: "utf8",
    env: { PATH: process.env["PATH"] ?? "", MANWIDTH: "80", LC_ALL: "C.UTF-8", MANROFFOPT: "-ww" },
  });
  return {
    text: stdout.replaceAll(/.\u0008/gu, "").replaceAll(/\u001B\[[\d;]*m/g, ""),
    stderr,
    status,
  };
}

describe("the man page", () => {
  it("is shipped as it follows from the table of commands; `npm run docs` writes it anew", () => {
    expect(readFileSync(file, "utf8")).toBe(manPage());
    const manifest: unknown = JSON.parse(readFileSync(join(projectRoot, "package.json"), "utf8"));
    expect(manifest).toMatchObject({ man: ["docs/ai-rules.1"] });
    expect(manifest).toHaveProperty("files", expect.arrayContaining(["docs/ai-rules.1"]));
  });

  it.skipIf(isMissing("mandoc"))("has nothing that mandoc warns of", () => {
    expect(render("mandoc", "-T", "lint", "-W", "warning", file)).toEqual({
      text: "",
      stderr: "",
      status: 0,
    });
  });

  it.skipIf(isMissing("groff"))("is typeset by groff without a warning", () => {
    const { stderr, text, status } = render("groff", "-man", "-ww", "-Tutf8", file);

    expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
    expect(text).toContain("ai-rules models use MODE [MODEL]");
  });

  it.skipIf(isMissing("man"))("tells of every command and option in `man`", () => {
    const { text, stderr } = render("man", "-P", "cat", "-l", file);

    expect(stderr).toBe("");
    for (const name of commandNames) expect(text).toContain(`ai-rules ${name}`);
    for (const name of Object.keys(options)) expect(text).toContain(`--${name}`);
    // What can be pasted is plain ASCII: no typographic quotes or dashes.
    expect(text).toContain("source <(ai-rules completion bash)");
    expect(text).not.toMatch(/[‘’“”−‐]/);
  });

  it("is found by npm", () => {
    const packed = execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
      cwd: projectRoot,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });

    expect(packed).toContain('"docs/ai-rules.1"');
  });
});
