import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { modelsReportSchema } from "../../src/cli/models-report-schema.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { until } from "../fakes/until.ts";
import { makeScene, type Scene } from "./program.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

describe("the built `ai-rules models`", () => {
  let scene: Scene;
  let ollama: OllamaServer;

  beforeAll(async () => {
    scene = await makeScene();
    ollama = await startOllamaServer({ loadMs: "manual" });
    const runtimes = { ollama: { url: ollama.url, enabled: true } };
    await scene.write("ai-rules.json", JSON.stringify({ runtimes }));
  });

  afterAll(async () => {
    await ollama.close();
    await scene.end();
  });

  function run(...args: readonly string[]) {
    return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const options = { cwd: scene.project, env: scene.env };
      execFile(process.execPath, [binary, ...args], options, (error, stdout, stderr) =>
        resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr }),
      );
    });
  }

  it("writes its report to a pipe as JSON, and nothing else anywhere", async () => {
    const { code, stdout, stderr } = await run("models", "--json");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const report = modelsReportSchema.parse(JSON.parse(stdout));
    expect(report.runtimes.map(({ id, state }) => [id, state])).toEqual([["ollama", "up"]]);
    expect(report.project).toBe(scene.project);
  });

  it("writes its table without colours where no terminal reads it", async () => {
    const { stdout } = await run("models");

    expect(stdout).toContain("ollama/qwen3-coder:30b");
    expect(stdout).not.toContain("\u001B");
  });

  it("picks a model that the next report tells", async () => {
    expect(await run("models", "use", "build", "llama3.1:8b")).toMatchObject({
      code: 0,
      stdout: "build: ollama/llama3.1:8b\n",
    });

    const { stdout } = await run("models");

    expect(stdout).toMatch(/build +ollama\/llama3\.1:8b +picked/);
  });

  it("says what is wrong and how to mend it, with an exit code", async () => {
    expect(await run("models", "show", "llama3.1:8")).toEqual({
      code: 1,
      stdout: "",
      stderr: 'error: no model "llama3.1:8" is installed\nfix: did you mean ollama/llama3.1:8b?\n',
    });
    expect((await run("models", "use", "bild", "x")).code).toBe(2);
  });

  it("ends quietly when nobody reads on", async () => {
    const child = spawn(process.execPath, [binary, "models", "--json"], {
      cwd: scene.project,
      env: scene.env,
    });
    onTestFinished(() => void child.kill());
    let errors = "";
    child.stderr.on("data", (text) => (errors += String(text)));
    child.stdout.destroy();

    const code = await new Promise((resolve) => child.once("exit", resolve));

    expect({ code, errors }).toEqual({ code: 0, errors: "" });
  });

  it("stops loading at ctrl+c", async () => {
    const child = spawn(process.execPath, [binary, "models", "load", "llama3.1:8b"], {
      cwd: scene.project,
      env: scene.env,
    });
    onTestFinished(() => void child.kill());
    const ended = new Promise((resolve) => child.once("exit", resolve));
    await until(() => ollama.loadingName());

    child.kill("SIGINT");

    expect(await ended).toBe(130);
    await until(() => ollama.loadingName() === undefined);
    expect(ollama.loadedNames()).toEqual([]);
  });
});
