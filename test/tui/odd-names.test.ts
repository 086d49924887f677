/** Names that would draw elsewhere, and names of 300 letters, wherever a name is shown or written. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { agentModel } from "../../src/core/agent-model.ts";
import { textWidth } from "../../src/core/cell-text.ts";
import { byMode } from "../../src/core/mode.ts";
import { modelRows, runtimeRows } from "../../src/core/model-rows.ts";
import { fitTitle, paneTitle } from "../../src/core/title.ts";
import { modeConfig } from "../../src/opencode/mode-config.ts";
import { drawnRows } from "../fakes/drawn.tsx";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { openProgram } from "../fakes/program-without-panes.ts";

const evil = "ev\u001B[2J\u001B]0;owned\u0007il\r\n\u202Elave\u0000:8b";
const long = `${"long-name-".repeat(30)}:8b`;
const control = /[\u0000-\u001F\u007F-\u009F\u202A-\u202E]/;

type Program = Awaited<ReturnType<typeof openProgram>>;

async function running(name: string) {
  const models = [name, "plain:8b"].map((each) =>
    ollamaModel({ name: each, sizeBytes: 1e8, layers: 2, numCtx: 8192 }),
  );
  const server = await startOllamaServer({ models });
  onTestFinished(() => server.close());
  const picks = { picks: { plan: { model: `ollama/${name}` } }, recent: [`ollama/${name}`] };
  const program = await openProgram(server, { picks });
  await program.until(({ models: { surveyed, wishes } }) => surveyed && wishes.plan);
  program.models.runJob({ id: "load", runtime: "ollama", deed: { type: "load", model: name } });
  await program.until(({ models: { runtimes } }) => runtimes[0]?.loaded.length === 1);
  return { program, server };
}

/** Everything that can be on the screen at this moment, in a small terminal. */
function screen(program: Program): readonly string[] {
  const state = program.state();
  const sizes = { panel: [38, 50], overlay: [76, 22], footer: [120, 1] } as const;
  const surfaces = (["panel", "overlay", "footer"] as const).flatMap((id) => {
    const [cols, rows] = sizes[id];
    const drawn = drawnRows({ id, state, size: { cols, rows } });
    for (const row of drawn) expect(textWidth(row)).toBeLessThanOrEqual(cols);
    return drawn;
  });
  const { parts } = fitTitle(paneTitle(state, "plan"), { cols: 60, widthOf: textWidth });
  return [...surfaces, parts.map(({ text }) => text).join(" ")];
}

function press(program: Program, ...chords: readonly string[]): void {
  for (const chord of chords)
    program.dispatch({ type: "overlay-key", chord, text: chord.length === 1 ? chord : "" });
}

/** The list of models, at a model. */
function list(program: Program, name: string): void {
  program.dispatch({ type: "action", action: "models" });
  const at = runtimeRows(program.state()).findIndex(({ key }) => key.includes(name));
  press(program, ...Array.from({ length: at }, () => "j"));
}

describe.each([
  ["that would draw elsewhere", evil, "lave"],
  ["of 300 letters", long, "long-name-"],
])("a model's name %s", (_, name, part) => {
  it("stays where it is shown: panel, title, picker, ways, list, details, question, notice", async () => {
    const { program } = await running(name);
    const rows: string[] = [];
    const look = () => {
      const now = screen(program);
      for (const row of now) expect(row).not.toMatch(control);
      rows.push(...now);
      return now.join("\n");
    };

    expect(look()).toContain(part);
    program.dispatch({ type: "action", action: "pick-model" });
    expect(look()).toContain(part);
    press(program, "tab", "enter");
    await program.until(({ overlay }) => overlay?.type !== "model-picker" || !overlay.entered);
    look();
    press(program, "ctrl+c");
    list(program, name);
    expect(look()).toContain(part);
    press(program, "enter");
    expect(look()).toContain(part);
    press(program, "esc", "u");
    expect(look()).toContain("Unload");
    press(program, "n");
    list(program, name);
    press(program, "c");
    expect(look()).toContain("copied:");
    program.dispatch({
      type: "picks-changed",
      saved: { picks: { plan: { model: "ollama/plain:8b" } }, recent: [] },
    });
    look();
  });

  it("is told with the end of the sentence it stands in", async () => {
    const { program, server } = await running(name);
    server.setLoadFailure("plain:8b", "cudaMalloc failed: out of memory");

    program.dispatch({
      type: "picks-changed",
      saved: { picks: { plan: { model: "ollama/plain:8b" } }, recent: [] },
    });
    await program.until((state) => state.notice);

    const footer = screen(program).find((row) => row.includes("plan stays with"));
    expect(footer).toContain("plain:8b does not fit into memory");
  });

  it("is one plain word of the command that is copied", async () => {
    const { program } = await running(name);

    list(program, name);
    press(program, "c");

    expect(program.copied).toHaveLength(1);
    expect(program.copied[0]).not.toMatch(control);
  });

  it("is written to OpenCode's configuration as JSON and as it is", async () => {
    const { program } = await running(name);

    const localModel = agentModel(program.state().models, "plan");
    const text = JSON.stringify(
      modeConfig({
        mode: "plan",
        settings: {},
        ...(localModel ? { localModel } : {}),
        userConfig: { config: {}, modeConfig: {}, agents: [], mcpServers: [] },
        readOnlyShell: "/bin/rbash",
      }),
    );

    expect(text).not.toMatch(/[\u0000-\u001F]/);
    expect(JSON.parse(text)).toMatchObject({ model: `ollama/${name}` });
  });

  it("is in no log, and comes whole to other runs", async () => {
    const { program, server } = await running(name);
    expect(modelRows(program.state()).some(({ ref }) => ref === `ollama/${name}`)).toBe(true);
    await server.stop();
    program.models.refresh();
    await program.until(({ models }) => models.runtimes[0]?.connection.type === "down");

    for (const text of await textsBelow(program.directory)) expect(text).not.toContain("\u001B");
    expect(byMode((mode) => program.state().models.wishes[mode]?.model).plan).toBe(
      `ollama/${name}`,
    );
  });
});

/** All that was written below a directory. */
async function textsBelow(directory: string): Promise<readonly string[]> {
  const found = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = found.filter((entry) => entry.isFile());
  return Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), "utf8")));
}
