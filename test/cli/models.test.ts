import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { modelsReportSchema } from "../../src/cli/models-report-schema.ts";
import type { Problem } from "../../src/core/error.ts";
import type { SavedPicks } from "../../src/core/models.ts";
import { directoriesOf, projectDirectory } from "../../src/project/directories.ts";
import { openPicks } from "../../src/project/picks.ts";
import { lmStudioModels, startLmStudioServer } from "../fakes/lmstudio-server.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { until } from "../fakes/until.ts";
import { begin, reportOf } from "./models-scene.ts";

describe("ai-rules models", () => {
  it("tells runtimes, models and modes, with where each setting is from", async () => {
    const { done } = await begin({
      variables: { OLLAMA_MODEL_PLAN: "llama3.1:8b", OLLAMA_NUM_GPU: "99" },
      settings: { modes: { review: { command: ["bash"] } } },
    });

    const { out, code } = await done("models");

    expect(code).toBe(0);
    expect(out).toMatch(
      /^ {2}ollama +Ollama +0\.33\.0 +up +127\.0\.0\.1:\d+ +OLLAMA_HOST +0 of \d$/m,
    );
    expect(out).toMatch(/^ +ollama\/qwen3-coder:30b-ctx64k +17\.3 GB +Q4_K_M +64k +yes +tight$/m);
    expect(out).toMatch(/^ +plan +ollama\/llama3\.1:8b +from OLLAMA_MODEL_PLAN$/m);
    expect(out).toMatch(/^ +build +ollama\/\S+ +chosen$/m);
    expect(out).toMatch(/^ +review +runs bash$/m);
    expect(out).toMatch(/^ +OLLAMA_NUM_GPU +Ollama does not read it/m);
  });

  it("tells the same as JSON, by its schema", async () => {
    const { done } = await begin();

    const { out } = await done("models --json");

    const report = modelsReportSchema.parse(JSON.parse(out));
    expect(report).toEqual(JSON.parse(out));
    expect(report.memory?.budgetBytes).toBe(32 * 1024 ** 3);
    expect(report.modes.build.source).toEqual({ from: "chosen" });
  });

  it("tells what is wrong with a runtime, and still succeeds", async () => {
    const { done, ollama } = await begin();
    await ollama.stop();

    const { out, code } = await done("models");

    expect(code).toBe(0);
    expect(out).toMatch(/Ollama is not running at .*\n.*fix: .*ollama serve/);
  });

  it.each([
    ["hangs", { type: "hang" }, "no answer yet|does not answer"],
    ["wants a token", { type: "status", status: 401, body: {} }, "needs a token"],
  ] as const)("tells of a runtime that %s, in a few seconds", async (_, trouble, words) => {
    const { done, ollama } = await begin();
    ollama.trouble(trouble);

    const { out, code } = await done("models");

    expect(code).toBe(0);
    expect(out).toMatch(new RegExp(words));
  });

  it("says when the project's shell does not count, and evaluates nothing", async () => {
    const { done, project, ports } = await begin();
    await writeFile(join(project, "flake.nix"), "{ outputs = _: { }; }");
    await mkdir(join(ports.host.home, ".nix-profile/bin"), { recursive: true });
    await writeFile(join(ports.host.home, ".nix-profile/bin/nix"), "", { mode: 0o755 });

    const { notes } = await done("models");

    expect(notes).toContain("the project's shell has not been evaluated as it is now");
  });

  it("loads and wakes no model", async () => {
    const { done, ollama } = await begin();

    await done("models");
    await done("models show llama3.1:8b");
    await done("models fit llama3.1:8b --context 64k");

    expect(ollama.loadedNames()).toEqual([]);
    expect(ollama.requests.map(({ path }) => path)).not.toContain("/api/generate");
  });
});

describe("names from outside", () => {
  const name = `evil\u001B]0;title\u0007\u009B31m${"x".repeat(300)}:8b`;

  it("do nothing to the terminal, in no command", async () => {
    const { done, failed } = await begin({ ollama: { models: [ollamaModel({ name })] } });

    const texts = [
      (await done("models")).out,
      (await done("models --json")).out,
      (await done(`models show ${name}`)).out,
      (await done(`models fit ${name}`)).out,
      (await done(`models use plan ${name}`)).out,
      (await done(`models load ${name}`)).notes,
      (await done(`models unload ${name}`)).out,
      (await failed(`models show ${name}x`)).remedy,
    ];

    for (const text of texts) expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/);
    expect(texts[0]).toContain("x".repeat(300));
  });
});

describe("a token", () => {
  it("is sent to its runtime and told to nobody, whatever goes wrong", async () => {
    const token = "a-token-of-mine";
    const { done, failed, ollama } = await begin({
      ollama: { token },
      variables: { OLLAMA_API_KEY: token },
    });

    const texts = [
      (await done("models")).out,
      (await done("models --json")).out,
      (await done("models show llama3.1:8b")).out,
      (await done("models use plan llama3.1:8b")).out,
      (await done("models load llama3.1:8b")).notes,
    ];
    ollama.trouble({ type: "status", status: 500, body: { error: `bad key ${token}` } });
    texts.push((await done("models")).out, (await done("models --json")).out);
    texts.push(JSON.stringify(await failed("models load llama3.1:8b")));

    expect(ollama.loadedNames()).toEqual(["llama3.1:8b"]);
    for (const text of texts) expect(text).not.toContain(token);
  });
});

describe("ai-rules models show and fit", () => {
  it("tell one model whole", async () => {
    const { done } = await begin();

    const { out } = await done("models show qwen3-coder:30b");
    const json: unknown = JSON.parse((await done("models show qwen3-coder:30b --json")).out);

    expect(out).toContain("family        qwen3moe 30.5B");
    expect(out).toContain("weights 17.3 GB + context 4k 384 MB");
    expect(json).toMatchObject({ ref: "ollama/qwen3-coder:30b", maxContext: 262_144, tools: true });
  });

  it("tell the arithmetic of a context, and up to which one it fits", async () => {
    const { done } = await begin();

    const { out } = await done("models fit qwen3-coder:30b --context 128k");
    const json: unknown = JSON.parse(
      (await done("models fit qwen3-coder:30b --context 128k --json")).out,
    );

    expect(out.split("\n")).toEqual([
      "ollama/qwen3-coder:30b with a context of 128k",
      "  weights 17.3 GB + context 128k 12.0 GB + compute 2.0 GB + reserve 457 MB = about 31.7 GB",
      "  free 30.0 GB of 32.0 GB (all of it)",
      "  will not fit into the memory of this machine",
      "  as things are it fits up to a context of 64k",
    ]);
    expect(json).toMatchObject({ verdict: "will-not-fit", context: 131_072, about: true });
  });

  it("refuse a context that is none", async () => {
    const { failed } = await begin();

    expect(await failed("models fit llama3.1:8b --context much")).toMatchObject({
      code: "usage/context",
    });
  });
});

describe("ai-rules models use", () => {
  it("remembers the pick, newest first, and tells how it fits", async () => {
    const { done } = await begin({ ram: 24 });

    const used = await done("models use build qwen3-coder:30b");
    await done("models use plan ollama/llama3.1:8b");
    const report = await reportOf(done);

    expect(used).toMatchObject({ code: 0, out: "build: ollama/qwen3-coder:30b" });
    expect(used.notes).toMatch(/tight: about 18\.1 GB with a context of 4k, 22\.0 GB free/);
    expect(report.modes.build).toEqual({
      model: "ollama/qwen3-coder:30b",
      source: { from: "pick" },
    });
    expect(report.modes.plan.model).toBe("ollama/llama3.1:8b");
    expect(report.models.filter(({ recent }) => recent)).toHaveLength(2);
  });

  it("reaches a TUI that runs", async () => {
    const { done, ports, project } = await begin();
    const directory = projectDirectory(directoriesOf(ports), project);
    const onProblem = (problem: Problem) => expect(problem).toBe(undefined);
    const picks = await openPicks(ports, { projectDirectory: directory, onProblem });
    const heard: SavedPicks[] = [];
    onTestFinished(picks.watch((saved) => heard.push(saved)));

    await done("models use build llama3.1:8b");

    const saved = await until(() => heard[0], { seen: () => heard });
    expect(saved.picks).toEqual({ build: { model: "ollama/llama3.1:8b", fresh: true } });
  });

  it("says when the context is too small, and what it does to other modes", async () => {
    const { done } = await begin({ ram: 64 });

    const small = await done("models use build qwen3-coder:30b");
    const large = await done("models use plan qwen3-coder:30b --context 64k");

    expect(small.notes).toBe(
      "note: ollama/qwen3-coder:30b will have a context of 4k, which is too small for an agent; add --context 64k",
    );
    expect(large.notes).toBe(
      "note: plan, build and review evict each other: two variants of the same weights; pick the same model for both",
    );
  });

  it("makes a variant with the context that is asked for, once", async () => {
    const { done, ollama } = await begin();

    const first = await done("models use build llama3.1:8b --context 64k");
    await done("models use plan llama3.1:8b --context 64k");

    expect(first.out).toBe("build: ollama/llama3.1:8b-ctx64k");
    expect(ollama.installedNames()).toContain("llama3.1:8b-ctx64k");
    expect(ollama.requests.filter(({ path }) => path === "/api/create")).toHaveLength(1);
  });

  it("takes a model without tools only when that is said, or answered", async () => {
    const { done, failed } = await begin();
    const command = "models use build deepseek-coder-v2:16b";

    expect(await failed(command)).toMatchObject({ code: "model/no-tools" });
    const no = await done(command, { answer: () => false });
    expect(no).toMatchObject({ code: 1, out: "" });
    expect(no.console.questions).toEqual(["use it all the same?"]);
    expect(await done(command, { answer: () => true })).toMatchObject({ code: 0 });
    expect(await done(`${command} --yes`)).toMatchObject({ code: 0 });
  });

  it.each([
    ["models use bild llama3.1:8b", { code: "usage/mode", remedy: "did you mean build?" }],
    ["models use build", { code: "usage/argument" }],
    ["models use build nomic-embed-text", { code: "model/no-chat" }],
    ["models use build llama3:8b", { code: "model/not-found" }],
    ["models use build llama3.1:8b --context 1M", { code: "model/context-too-long" }],
    ["models use review llama3.1:8b", { code: "model/no-agent" }],
  ])("refuses %s", async (line, wanted) => {
    const { failed } = await begin({ settings: { modes: { review: { command: ["bash"] } } } });

    expect(await failed(line)).toMatchObject(wanted);
  });

  it("forgets a pick, and says what holds then", async () => {
    const { done } = await begin({ variables: { OLLAMA_MODEL_PLAN: "llama3.1:8b" } });
    await done("models use plan qwen3-coder:30b");

    expect((await done("models use plan --reset")).out).toBe(
      "plan: ollama/llama3.1:8b (from OLLAMA_MODEL_PLAN)",
    );
    expect((await done("models use plan --reset")).notes).toContain("nothing was picked for plan");
  });

  it("takes a model of OpenCode's own configuration", async () => {
    const { done, project, failed } = await begin();
    await writeFile(join(project, "opencode.json"), '{ "model": "anthropic/claude-sonnet-5" }');

    expect((await done("models use plan anthropic/claude-sonnet-5")).out).toBe(
      "plan: anthropic/claude-sonnet-5",
    );
    expect((await done("models use plan anthropic/claude-opus-5")).code).toBe(0);
    expect(await failed("models use plan nobody/nothing")).toMatchObject({
      code: "model/not-found",
    });
  });
});

describe("ai-rules models load and unload", () => {
  it("wait until it is done", async () => {
    const { done, ollama } = await begin({ ollama: { loadMs: 20 } });

    const loaded = await done("models load llama3.1:8b --keep-alive 2h");
    expect(loaded).toMatchObject({ code: 0, out: "ollama/llama3.1:8b is loaded" });
    expect(ollama.loadedNames()).toEqual(["llama3.1:8b"]);

    const unloaded = await done("models unload ollama/llama3.1:8b");
    expect(unloaded).toMatchObject({ code: 0, out: "ollama/llama3.1:8b is unloaded" });
    expect(ollama.loadedNames()).toEqual([]);
    expect((await done("models unload llama3.1:8b")).out).toBe("ollama/llama3.1:8b is not loaded");
  });

  it("draw a line on a terminal and take it away again", async () => {
    const { done } = await begin({ ollama: { loadMs: 20 } });

    const { console } = await done("models load llama3.1:8b", { statusCols: 80 });

    expect(console.drawn[0]).toBe("loading ollama/llama3.1:8b 0:00");
    expect(console.drawn.at(-1)).toBe("");
  });

  it("are cancelled by ctrl+c: the runtime stops loading", async () => {
    const { run, ollama } = await begin({ ollama: { loadMs: "manual" } });
    const { ending, signal, console } = await run("models load llama3.1:8b");
    await until(() => ollama.loadingName(), { seen: () => console.notes });

    signal("SIGINT");

    expect(await ending).toBe(130);
    expect(console.notes.at(-1)).toMatch(/cancelled; the runtime was told to stop loading/);
    await until(() => ollama.loadingName() === undefined);
    expect(ollama.loadedNames()).toEqual([]);
  });

  it("say what the runtime says", async () => {
    const { failed, ollama } = await begin();
    ollama.setLoadFailure(
      "llama3.1:8b",
      "llama-server reported out-of-memory during startup: cudaMalloc failed",
    );

    expect((await failed("models load llama3.1:8b")).message).toMatch(/memory/);
  });

  it("say how to get a context that Ollama cannot be asked for", async () => {
    const { failed } = await begin();

    expect((await failed("models load llama3.1:8b --context 64k")).remedy).toContain(
      "`ai-rules models use MODE ollama/llama3.1:8b --context 64k`",
    );
  });

  it("load nothing that runs elsewhere", async () => {
    const { failed, ollama } = await begin();
    const cloud = ollama.installedNames().find((name) => name.endsWith("-cloud"));

    expect((await failed(`models load ${cloud}`)).code).toBe("model/cloud");
  });

  it("load an LM Studio's model with a context", async () => {
    const studio = await startLmStudioServer();
    onTestFinished(() => studio.close());
    const { done } = await begin({
      settings: { runtimes: { studio: { type: "lmstudio", url: studio.url } } },
    });
    const report = await reportOf(done);
    const ref = report.models.find(({ runtime, chat }) => runtime === "studio" && chat)?.ref;

    expect((await done(`models load ${ref} --context 8k`)).code).toBe(0);

    const after = await reportOf(done);
    expect(after.models.find((model) => model.ref === ref)?.loaded[0]?.context).toBe(8192);
  });
});

describe("ai-rules models pull", () => {
  const small = ollamaModel({ name: "qwen3:8b", sizeBytes: 5_200_000_000 });
  const large = ollamaModel({ name: "llama3.1:70b", sizeBytes: 75 * 1024 ** 3 });
  const library = [small, large];

  it("downloads with a line each tenth", async () => {
    const { done, ollama } = await begin({ ollama: { library } });

    const { code, out, notes } = await done("models pull qwen3:8b");

    expect({ code, out }).toEqual({ code: 0, out: "ollama/qwen3:8b is installed" });
    expect(notes).toContain("pulling ollama/qwen3:8b: 50% of 4.8 GB");
    expect(ollama.installedNames()).toContain("qwen3:8b");
  });

  it("stops before a model that will not fit, where nobody can be asked", async () => {
    const { failed, done, ollama } = await begin({ ollama: { library, pullStepMs: 20 } });

    const problem = await failed("models pull llama3.1:70b");

    expect(problem.code).toBe("model/too-large");
    expect(problem.message).toMatch(
      /^ollama\/llama3\.1:70b is 75\.0 GB and will not fit: it takes about/,
    );
    expect(ollama.installedNames()).not.toContain("llama3.1:70b");
    expect((await done("models pull llama3.1:70b --yes")).code).toBe(0);
  });

  it("asks where somebody sits, and goes on after a yes", async () => {
    const { done, ollama } = await begin({ ollama: { library, pullStepMs: 20 }, disk: 20 });

    const no = await done("models pull llama3.1:70b", { answer: () => false });
    expect(no.code).toBe(1);
    expect(no.notes).toMatch(/75\.0 GB, and only 20\.0 GB of the disk are free/);
    expect(ollama.installedNames()).not.toContain("llama3.1:70b");

    const yes = await done("models pull llama3.1:70b", { answer: () => true });
    expect(yes.code).toBe(0);
    expect(ollama.installedNames()).toContain("llama3.1:70b");
  });

  it("is cancelled by ctrl+c and goes on where it stopped", async () => {
    const { run, done } = await begin({ ollama: { library, pullStepMs: 100 } });
    const { ending, signal, console } = await run("models pull qwen3:8b");
    await until(() => console.notes.some((note) => note.includes(": 20% of")), {
      seen: () => console.notes,
    });

    signal("SIGINT");

    expect(await ending).toBe(130);
    expect(console.notes.at(-1)).toMatch(/the same command goes on where it stopped/);
    const again = await done("models pull qwen3:8b");
    expect(again.code).toBe(0);
    expect(again.notes).not.toContain(": 10% of");
  });

  it("says that there is no such model", async () => {
    const { failed } = await begin();

    expect((await failed("models pull nothing:1b")).message).toContain("nothing:1b");
  });

  it("downloads with LM Studio, which is asked by its id", async () => {
    const model = { ...(lmStudioModels[1] ?? fail()), key: "new/model", title: "New" };
    const studio = await startLmStudioServer({ library: [model] });
    onTestFinished(() => studio.close());
    const runtimes = { studio: { type: "lmstudio", url: studio.url } };
    const { run, failed, ollama } = await begin({ settings: { runtimes } });

    expect((await failed("models pull new/model")).remedy).toBe(
      "say which one: --runtime ollama or --runtime studio",
    );
    const { ending, console } = await run("models pull studio/new/model");
    await until(() => console.notes.length > 1, { seen: () => console.notes });
    studio.downloadTo(1);

    expect(await ending).toBe(0);
    expect(console.lines).toEqual(["studio/new/model is installed"]);
    expect(ollama.requests.map(({ path }) => path)).not.toContain("/api/pull");
  });

  it("says what can download where nothing is up", async () => {
    const { failed, ollama } = await begin();
    await ollama.stop();

    expect((await failed("models pull qwen3:8b")).remedy).toMatch(/ollama serve/);
  });
});

function fail(): never {
  throw new Error("the stand-in has no such model");
}
