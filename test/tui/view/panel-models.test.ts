import { describe, expect, it } from "vitest";
import type { ModelsState } from "../../../src/core/models.ts";
import type { Connection, RuntimeState } from "../../../src/core/runtime.ts";
import type { State } from "../../../src/core/state.ts";
import { drawnText } from "../../fakes/drawn.tsx";
import {
  downLlamaServer,
  remoteOllama,
  sampleLoaded,
  sampleMemory,
  sampleModels,
  sampleModelsState,
  sampleOllama,
  sampleRuntime,
} from "../../fakes/sample-models.ts";
import { sampleNow as now, withPane } from "../../fakes/sample-state.ts";

type Room = { readonly cols?: number; readonly rows?: number };

const problem = {
  code: "runtime/not-running",
  message: "nothing answers at 127.0.0.1:11434",
  remedy: "start it: ollama serve",
} as const;
const absentMlx = sampleRuntime("mlx", { connection: { type: "down", since: now, problem } });

function panel(state: State, { cols = 38, rows = 49 }: Room = {}): string {
  return drawnText({ id: "panel", state, size: { cols, rows } });
}

/** What stands below the agents. */
function models(changes: Partial<ModelsState> = {}, room?: Room): string {
  return panel(sampleModelsState(changes), room)
    .split("3 review")[1]!
    .split("\n")
    .slice(5)
    .join("\n");
}

function only(runtime: RuntimeState, room?: Room): string {
  return panel(sampleModelsState({ runtimes: [runtime], wishes: {} }), room);
}

describe("the models in the side panel", () => {
  it("are the memory, the runtimes, what each has loaded and for whom", () => {
    const runtimes = [...sampleModels().runtimes, absentMlx];

    expect(models({ runtimes })).toBe(
      ` ! review: a context of 16k is too
   small for an agent · ctrl+o m:
   load it with 64k

 GPU memory              43.0/48.0 GB
 ████████████████░│ ▅▅▅▅▅▅▅██████████
 45.0 GB for models (MLX_VRAM_LIMIT)

 ● Ollama 0.32.15                  up
   qwen3-coder:30b         plan build
   Q4_K_M 64k 24 GB 100% GPU       4m
 ● gpu-box Ollama 0.24.0           up
   192.168.1.20:11434           42 ms
   llama3.1:70b
   Q4_K_M 8k 42 GB 48% CPU    forever
 ● LM Studio 0.4.2                 up
   google/gemma-4-26b-a4b      review
   Q4_K_M 16k 18 GB 100% GPU   in use
 ✕ llama-server                  down
   start it: llama-server -m
   MODEL.gguf

 not running: MLX`,
    );
  });

  it("keep context, split and time in a narrow panel", () => {
    expect(models({}, { cols: 34 })).toContain(
      "   llama3.1:70b\n   8k 42 GB 48% CPU       forever\n",
    );
  });

  it("take one line a model when rows are short", () => {
    expect(panel(sampleModelsState(), { cols: 34, rows: 20 })).toBe(
      ` shop
 nix, cached · default
 evaluated 14:02
 ▸ 1 plan                  ○ idle
     qwen3-coder:30b
     pid 4711 · 612 MB · 1.18.33
     Greeting
   2 build                 ○ idle
   3 review                ○ idle
 ! review: a context of… ctrl+o m
 █████████████████░│ 43.0/48.0 GB
 ● Ollama 0.32.15              up
   qwen3-coder:30b    64k 4m [12]
 ● gpu-box Ollama 0.24.0       up
   llama3.1:7… 8k 48% CPU forever
 ● LM Studio 0.4.2             up
   google/gemma-4… 16k in use [3]
 ✕ llama-server              down
   start it: llama-server -m…`,
    );
  });

  it("are told of only where there is trouble when there is hardly a row", () => {
    expect(panel(sampleModelsState(), { cols: 34, rows: 8 })).toBe(
      ` shop
 nix, cached · default
 evaluated 14:02
 ▸ 1 plan                  ○ idle
   2 build                 ○ idle
   3 review                ○ idle
 ✕ llama-server              down`,
    );
  });

  it("are drawn in ASCII alone where the terminal cannot be trusted with more", () => {
    const size = { cols: 34, rows: 49 };
    const drawn = { id: "panel", state: sampleModelsState(), size } as const;

    const text = drawnText(drawn, { ascii: true, color: false });

    expect(text).toMatch(/^[\n\u0020-\u007E]*$/);
    expect(text).toContain(" ##############.| +++++##########\n");
    expect(text).toContain(" x llama-server              down\n");
  });

  it("take no row where nothing is known of them", () => {
    const state = sampleModelsState({ runtimes: [], memory: sampleMemory });

    expect(panel(state)).toMatch(/Greeting$/);
  });
});

describe("a warning in the side panel", () => {
  const tiny = { ...sampleOllama, loaded: [sampleLoaded("qwen3-coder:30b", { context: 4096 })] };
  const wishes = all("ollama/qwen3-coder:30b");

  it("says what is wrong, the key and what to do with it", () => {
    expect(models({ runtimes: [tiny], wishes })).toMatch(
      /^ ✕ plan, build and review: a context\n {3}of 4k is too small for an agent ·\n {3}ctrl\+o m: pick it again with 64k\n/,
    );
  });

  it("says what to do where there is no key for it", () => {
    const trouble = { ...problem, message: "GPU lost after sleep", remedy: "restart Ollama" };

    expect(models({ runtimes: [{ ...sampleOllama, troubles: [trouble] }] })).toMatch(
      /^ ✕ GPU lost after sleep · restart\n {3}Ollama\n/,
    );
  });

  it("stays when only trouble is told, if it keeps a mode from work", () => {
    const rows = panel(sampleModelsState({ runtimes: [tiny], wishes }), { cols: 34, rows: 8 });

    expect(rows).toMatch(/3 review.*\n ✕ plan, build and revi… ctrl\+o m$/);
    expect(panel(sampleModelsState(), { cols: 34, rows: 8 })).not.toContain("context");
  });

  it("is counted only where there are many", () => {
    const troubles = Array.from({ length: 6 }, (_, index) => ({
      ...problem,
      message: `t${index}`,
    }));

    const text = models({ runtimes: [{ ...sampleOllama, troubles }] });

    expect(text).toContain("t3 · start it: ollama serve\n   and 2 more\n");
    expect(text).not.toContain("t4");
  });
});

describe("a runtime in the side panel", () => {
  it.each<readonly [Connection, string]>([
    [{ type: "probing" }, "⟳ Ollama 0.32.15              asking"],
    [{ type: "up" }, "● Ollama 0.32.15                  up"],
    [{ type: "stale", since: now - 20_000, problem }, "○ Ollama 0.32.15               stale"],
    [{ type: "stale", since: now - 200_000, problem }, "○ Ollama 0.32.15            stale 3m"],
    [
      { type: "down", since: now, problem },
      "✕ Ollama 0.32.15                down\n   start it: ollama serve",
    ],
    [
      { type: "down", since: now, problem: { ...problem, code: "runtime/timed-out" } },
      "✕ Ollama 0.32.15                down\n   nothing answers at 127.0.0.1:11434\n   start it",
    ],
    [
      { type: "wrong-service", found: "LM Studio", problem },
      "✕ Ollama 0.32.15       wrong service\n   it is LM Studio\n   start it: ollama serve",
    ],
    [
      { type: "needs-token", problem: { ...problem, remedy: "set OLLAMA_API_KEY" } },
      "◐ Ollama 0.32.15       needs a token\n   set OLLAMA_API_KEY",
    ],
  ])("that is %o says so", (connection, text) => {
    expect(only({ ...sampleOllama, connection })).toContain(text);
  });

  it("says that it has nothing loaded, unless it cannot know", () => {
    expect(only({ ...sampleOllama, loaded: [] })).toMatch(/up\n {3}nothing loaded$/);
    expect(only(sampleRuntime("mlx"))).toMatch(/MLX +up$/);
  });

  it("says all of what is wrong and of the way out where rows are free", () => {
    const long = {
      code: "runtime/no-answer",
      message: "Ollama at gpu-box.example.org:11434 accepts but does not answer in time",
      remedy: `restart it on its machine, ${"and look into its log, ".repeat(3)}or call for help`,
    } as const;
    const hung = {
      ...sampleOllama,
      connection: { type: "down", since: now, problem: long },
    } as const;

    expect(only(hung).replace(/\s+/g, " ")).toContain(`${long.message} ${long.remedy}`);
    expect(only(hung, { rows: 12 })).not.toContain("call for help");
  });

  it("keeps the remedy of a failed switch, however long its reason", () => {
    const long = { ...problem, message: "this llama-server has its model on and on ".repeat(5) };
    const plan = { model: "ollama/a", unloadFirst: [] };
    const step = { type: "failed", at: now, problem: long } as const;
    const build = { plan, since: now, step } as const;

    expect(panel(sampleModelsState({ switches: { build } }))).toContain(long.remedy);
  });

  it("has no word where nobody asked for it and it has not answered", () => {
    const mlx = sampleRuntime("mlx", { connection: { type: "probing" } });

    expect(only(mlx)).toMatch(/Greeting$/);
    expect(only(absentMlx)).toMatch(/Greeting\n\n not running: MLX$/);
  });

  it("misses a runtime at a default address once a mode is meant to use its model", () => {
    const wishes = { plan: { model: "mlx/qwen", source: { from: "pick" } } } as const;
    const text = panel(sampleModelsState({ runtimes: [absentMlx], wishes }));

    expect(text).toMatch(/✕ MLX +down\n +start it: ollama serve$/);
  });

  it("shows a model that is on its way, with its time", () => {
    const job = {
      id: "1",
      runtime: "ollama",
      deed: { type: "load", model: "qwen3:8b" },
      since: now - 12_000,
      progress: 0.4,
    } as const;

    expect(models({ jobs: [job] })).toContain("   qwen3:8b\n                     loading 0:12 40%");
  });

  it("names the modes by number where their words have no room, and all of them in two words", () => {
    const name = "a-model-with-quite-a-long-name:30b";
    const runtime = { ...sampleOllama, loaded: [sampleLoaded(name)] };
    const wish = { model: `ollama/${name}`, source: { from: "pick" } } as const;
    const draw = (wishes: ModelsState["wishes"]) => models({ runtimes: [runtime], wishes });

    expect(draw({ plan: wish, build: wish })).toContain("   a-model-with-quite-a-long-na… [12]\n");
    expect(draw({ plan: wish, build: wish, review: wish })).toContain("[123]\n");
    expect(models({ wishes: all("ollama/qwen3-coder:30b") })).toContain("all modes\n");
  });

  it("cannot be made to draw anywhere else by a model's name", () => {
    const names = ["\u001B[2J\u001B]0;t\u0007日本語の名前".repeat(9), "x".repeat(300)];
    const runtime = { ...sampleOllama, loaded: names.map((name) => sampleLoaded(name)) };

    const rows = only(runtime).split("\n");

    expect(rows.join("")).not.toMatch(/[\u0000-\u001F]/);
    expect(rows.filter((row) => row.includes("…")).length).toBe(2);
  });
});

function all(model: string): ModelsState["wishes"] {
  const wish = { model, source: { from: "pick" } } as const;
  return { plan: wish, build: wish, review: wish };
}

describe("the memory in the side panel", () => {
  it.each([
    [{ kind: "unified" } as const, "unified memory          43.0/48.0 GB"],
    [{ kind: "ram" } as const, "memory                  43.0/48.0 GB"],
    [{ usedBytes: 0 }, "GPU memory              0 MB/48.0 GB"],
    [
      { devices: [...sampleMemory.devices, ...sampleMemory.devices] },
      "memory of 2 GPUs        43.0/48.0 GB",
    ],
    [{ history: [] }, "████████████████░│\n"],
    [{ history: [0.52, 0.55, 0.51] }, "████████████████░│\n"],
    [{ budgetBytes: sampleMemory.totalBytes }, "████████████████░░ ▅▅▅▅▅▅▅██████████\n\n ●"],
  ])("of %o is drawn", (changes, text) => {
    expect(models({ memory: { ...sampleMemory, ...changes } })).toContain(text);
  });

  it("is not shown where all runtimes are on other machines", () => {
    expect(models({ runtimes: [remoteOllama, downLlamaServer] })).not.toContain("GPU memory");
  });
});

describe("a mode in the side panel", () => {
  const wish = { model: "ollama/qwen3-coder:30b", source: { from: "chosen" } } as const;

  it("says that its model was chosen by the program", () => {
    expect(panel(sampleModelsState({ wishes: { plan: wish } }))).toContain(
      "1 plan                      ○ idle\n     qwen3-coder:30b · chosen\n",
    );
  });

  it("says that its agent waits for its model, in the narrowest panel as well", () => {
    const runtimes = [{ ...sampleOllama, loaded: [] }];
    const activity = { type: "busy", since: now - 42_000 } as const;
    const state = withPane(sampleModelsState({ runtimes }), "build", { activity });

    expect(panel(state, { cols: 38 })).toContain("2 build        ⟳ awaits model 0:42\n");
    expect(panel(state, { cols: 34 })).toContain("2 build    ⟳ awaits model 0:42\n");
  });

  it("says what it switches to and why it could not", () => {
    const plan = { model: "ollama/qwen3:8b", unloadFirst: [] };
    const failed = { type: "failed", at: now, problem } as const;
    const waiting = { type: "waiting" } as const;
    const text = (step: typeof failed | typeof waiting) => {
      return panel(sampleModelsState({ switches: { build: { plan, since: now, step } } }));
    };

    expect(text(waiting)).toContain("     switches to qwen3:8b when idle\n");
    expect(text(failed)).toContain("     switch to qwen3:8b failed\n     nothing answers at");
  });
});
