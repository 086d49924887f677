import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { opencodeProject } from "./opencode-project.ts";
import { modeScripts } from "./scripts.ts";
import { type RealModelServer, startRealModelServer } from "./server.ts";

const run = promisify(execFile);
const root = join(import.meta.dirname, "..", "..");
const opencode = join(
  root,
  "node_modules",
  `opencode-${process.platform}-${process.arch}`,
  "bin",
  "opencode",
);

let directory: string;
let server: RealModelServer;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "ai-rules-llm-"));
  server = await startRealModelServer(modeScripts, join(directory, "models"));
});

afterAll(async () => {
  await server.close();
  await rm(directory, { recursive: true, force: true });
});

describe("the real OpenCode with a real model", () => {
  it.each(["tiny-plan", "tiny-review"])("answers with %s", async (model) => {
    const { events } = await ask(model, "who are you");

    expect(events).toContainEqual(
      expect.objectContaining({ type: "text", text: expect.stringContaining(model) }),
    );
  });

  it("carries out the tool call of a model and gives it the result", async () => {
    const { events, project } = await ask("tiny-build", "write the file");

    expect(events.map(({ type }) => type)).toContain("tool_use");
    expect(events).toContainEqual({ type: "text", text: "Built by tiny-build." });
    expect(await readFile(join(project, "made-by-build.txt"), "utf8")).toBe(
      "written by tiny-build\n",
    );
  });
});

type Event = { readonly type: string; readonly text?: string };

async function ask(
  model: string,
  prompt: string,
): Promise<{ readonly events: readonly Event[]; readonly project: string }> {
  const project = join(directory, model);
  await mkdir(project, { recursive: true });
  await writeFile(join(project, "opencode.json"), JSON.stringify(opencodeProject(server)));
  const args = ["run", "--format", "json", "--model", `tiny/${model}`, prompt];
  const running = run(opencode, args, { cwd: project, env: await environment(project) });
  // It reads its stdin when that is no terminal.
  running.child.stdin?.end();
  const { stdout } = await running;
  return { events: stdout.split("\n").filter(Boolean).map(readEvent), project };
}

function readEvent(line: string): Event {
  const { type, part } = JSON.parse(line);
  return { type, ...(typeof part?.text === "string" ? { text: part.text } : {}) };
}

/** Nothing of the user's, no update, no catalogue; `run` takes its directory from PWD. */
async function environment(project: string): Promise<Record<string, string>> {
  const home = join(directory, "home");
  const temporary = join(directory, "tmp");
  await mkdir(temporary, { recursive: true });
  await mkdir(home, { recursive: true });
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    PWD: project,
    XDG_CONFIG_HOME: join(home, ".config"),
    XDG_DATA_HOME: join(home, ".local", "share"),
    XDG_STATE_HOME: join(home, ".local", "state"),
    XDG_CACHE_HOME: join(home, ".cache"),
    TMPDIR: temporary,
    BUN_TMPDIR: temporary,
    OPENCODE_DISABLE_AUTOUPDATE: "1",
    OPENCODE_DISABLE_MODELS_FETCH: "1",
    npm_config_offline: "true",
  };
}
