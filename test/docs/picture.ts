/**
 * Draws `docs/screen.svg`: the built program with three real OpenCode agents, on a project made for
 * the picture and a model server with scripted answers. Plan has answered, build asks for a
 * permission, review is busy.
 */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeScene, type Scene } from "../e2e/program.ts";
import type { TestTerminal } from "../e2e/terminal.ts";
import { modelConfig } from "../fakes/model-project.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { realNix } from "../nix/nix-machine.ts";
import { projectFiles, prompts, scriptsFor } from "./picture-story.ts";
import { screenSvg } from "./screen-svg.ts";

const size = { cols: 215, rows: 42 } as const;
const slow = { timeoutMs: 90_000 } as const;
const models = ["planner", "coder", "reviewer"] as const;

await drawPicture(join(import.meta.dirname, "../../docs/screen.svg"));

async function drawPicture(file: string): Promise<void> {
  const scene = await makeScene("shop");
  const server = await startModelServer(models, scriptsFor(scene.project));
  try {
    await writeProject(scene, server);
    const terminal = scene.open({ ...size, env: variables(scene) });
    await play(terminal);
    const cell = withoutPath(terminal, dirname(scene.project));
    const title = "ai-rules with three agents: plan has answered, build waits, review works";
    const svg = screenSvg({ ...size, cell, title });
    refuseMachinePaths(svg, scene);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, svg);
    terminal.press("ctrl+o", "q", "enter");
    server.release();
    await terminal.exited;
  } finally {
    server.release();
    // Nix makes its store read-only, below the directory that goes away now.
    execFileSync("chmod", ["-R", "u+w", dirname(scene.project)]);
    await scene.end();
    await server.close();
  }
}

async function writeProject({ project }: Scene, server: ModelServer): Promise<void> {
  const config = JSON.stringify(modelConfig(server), null, 2).replace('"Fake"', '"Local"');
  const mode = (model: string) => ({ model: `fake/${model}` });
  const settings = {
    modes: { plan: mode("planner"), build: mode("coder"), review: mode("reviewer") },
  };
  const files = {
    ...projectFiles,
    "opencode.json": config.replace("{", '{\n  "permission": { "bash": "ask" },'),
    "ai-rules.json": JSON.stringify(settings, null, 2),
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(project, name)), { recursive: true });
    await writeFile(join(project, name), text);
  }
  const git = (...args: readonly string[]) => execFileSync("git", args, { cwd: project });
  git("add", ".");
  git(
    "-c",
    "user.name=Ada",
    "-c",
    "user.email=ada@example.org",
    "commit",
    "-q",
    "-m",
    "Add orders",
  );
}

/** The home is the directory above the project, so that OpenCode shows the project as `~/shop`. */
function variables({ project }: Scene): Readonly<Record<string, string>> {
  const home = dirname(project);
  if (realNix === undefined) return { HOME: home };
  return {
    HOME: home,
    NIX_STORE_DIR: join(home, ".nix", "store"),
    NIX_STATE_DIR: join(home, ".nix", "var"),
    NIX_LOG_DIR: join(home, ".nix", "log"),
    NIX_CONFIG: "build-users-group =\nsandbox = false\nsubstituters =\nflake-registry =",
  };
}

async function play(terminal: TestTerminal): Promise<void> {
  const idle = (screen: string) => screen.split("\n")[0]?.match(/○ idle/g)?.length;
  await terminal.until((screen) => idle(screen) === 3 && /Ask anything/.test(screen), slow);
  await ask(terminal, prompts.plan);
  await terminal.until("Nothing else calls total.", slow);
  terminal.press("alt+3");
  await ask(terminal, prompts.review);
  await terminal.until(/3 review · reviewer · ● busy[\s\S]*working on it/, slow);
  terminal.press("alt+2");
  await ask(terminal, prompts.build);
  await terminal.until(/2 build · coder · ◐ permission 0:0[4-9]/, slow);
  // The panel follows the title within a tenth of a second.
  await terminal.until(/◐ permission (0:\d\d)[\s\S]*◐ permission \1/, slow);
}

async function ask(terminal: TestTerminal, prompt: string): Promise<void> {
  terminal.type(prompt);
  await terminal.until(prompt.slice(0, 20), slow);
  terminal.press("enter");
}

/** OpenCode names the whole path of the temporary directory below a conversation: `~` in its place. */
function withoutPath(terminal: TestTerminal, path: string): TestTerminal["cell"] {
  return (x, y) => {
    const cell = terminal.cell(x, y);
    const at = Array.from({ length: size.cols }, (_, col) => terminal.cell(col, y).chars || " ")
      .join("")
      .indexOf(path);
    if (at < 0 || x < at || x >= at + path.length) return cell;
    return { ...cell, chars: x === at + path.length - 1 ? "~" : "" };
  };
}

function refuseMachinePaths(svg: string, scene: Scene): void {
  if (svg.includes(dirname(scene.project)))
    throw new Error("the picture shows a path of this machine");
}
