/** Faults of runtimes and models, with the stand-ins for the runtimes. */
import { createServer } from "node:http";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createNetwork } from "../../src/platform/network.ts";
import { lmStudioModels, startLmStudioServer } from "../fakes/lmstudio-server.ts";
import { startMlxServer } from "../fakes/mlx-server.ts";
import { derivedModel, ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { until } from "../fakes/until.ts";
import { describeFaults, onStage, type Stage, type StagedFault } from "./staged-faults.ts";

const megabyte = 1024 ** 2;

/** Small enough for any machine that runs this. */
const small = { sizeBytes: 50 * megabyte, layers: 2, kvHeads: 1, width: 64, heads: 1 };
const coder = ollamaModel({ name: "coder:1b", ...small });
const coder64 = derivedModel(coder, "coder:1b-ctx64k", 65_536);
const other64 = { ...ollamaModel({ name: "other:1b", ...small }), numCtx: 65_536 };

type Runtimes = Readonly<Record<string, object>>;

/** The settings of the project: nothing of this machine counts but what is named. */
async function settle(stage: Stage, runtimes: Runtimes, models: Readonly<Record<string, string>>) {
  const kinds = ["ollama", "lmstudio", "mlx", "llama-server", "llama-swap"];
  const off = Object.fromEntries(kinds.map((kind) => [kind, { enabled: false }]));
  const modes = Object.fromEntries(
    Object.entries(models).map(([mode, model]) => [mode, { model }]),
  );
  await stage.write("ai-rules.json", JSON.stringify({ runtimes: { ...off, ...runtimes }, modes }));
  await stage.program(
    "ai-rules",
    `exec ${stage.command.map((word) => `'${word}'`).join(" ")} "$@"`,
  );
}

type OllamaStage = {
  readonly options?: Parameters<typeof startOllamaServer>[0];
  readonly models?: Readonly<Record<string, string>>;
  readonly after?: (server: OllamaServer, stage: Stage) => Promise<void> | void;
};

/** A project beside an Ollama with a good model. */
const withOllama =
  ({ options = {}, models = {}, after }: OllamaStage) =>
  async (stage: Stage) => {
    const server = await startOllamaServer({ models: [coder, coder64, other64], ...options });
    stage.onEnd(() => void server.close());
    await settle(stage, { ollama: { url: server.url } }, models);
    await after?.(server, stage);
  };

const load = async (server: OllamaServer, model: string) => {
  await fetch(`${server.url}/api/generate`, { method: "POST", body: JSON.stringify({ model }) });
  await until(() => server.loadedNames().includes(model));
};

/** The stand-in as a process of its own, so that it has an environment. */
async function startedOllama(stage: Stage, variables: Readonly<Record<string, string>>) {
  const port = await createNetwork().freePort();
  const program = join(import.meta.dirname, "../fakes/ollama-server-cli.ts");
  const words = Object.entries(variables).map(([name, value]) => `${name}='${value}'`);
  const server = `env ${words.join(" ")} '${process.execPath}' '${program}' --port ${port}`;
  stage.background("bash", "-c", `tail -f /dev/null | exec ${server}`);
  const url = `http://127.0.0.1:${port}`;
  await until(async () => (await fetch(`${url}/api/version`).catch(() => undefined))?.ok);
  await settle(stage, { ollama: { url } }, { build: "ollama/qwen3-coder:30b" });
}

const runtimes: readonly StagedFault[] = [
  {
    title: "an Ollama that the modes need and that does not run",
    only: ["models-runtimes"],
    stage: async (stage) => {
      const url = `http://127.0.0.1:${await createNetwork().freePort()}`;
      await settle(stage, { ollama: { url } }, { plan: "ollama/coder:1b" });
    },
    code: "runtime/not-running",
    status: "fail",
    remedy: "`ollama serve`",
    found: "Ollama is not running",
  },
  {
    title: "an Ollama that the settings name, that no mode needs, and that does not run",
    only: ["models-runtimes"],
    stage: async (stage) => {
      const url = `http://127.0.0.1:${await createNetwork().freePort()}`;
      await settle(stage, { ollama: { url } }, {});
    },
    code: "runtime/not-running",
    status: "warn",
    remedy: "`ollama serve`",
  },
  {
    title: "a Phoenix application where a runtime should be",
    only: ["models-runtimes"],
    stage: async (stage) => {
      const server = createServer((_, response) =>
        response.end("<html><body data-phx-main>shop</body></html>"),
      );
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      stage.onEnd(() => server.close());
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      const mlx = { url: `http://127.0.0.1:${port}` };
      await settle(stage, { mlx }, { plan: "mlx/some/model" });
    },
    code: "runtime/wrong-service",
    status: "fail",
    remedy: /\w/u,
    found: "Phoenix",
  },
  {
    title: "an Ollama behind a proxy that wants a token",
    only: ["models-runtimes"],
    stage: withOllama({ options: { token: "secret" }, models: { plan: "ollama/coder:1b" } }),
    code: "runtime/needs-token",
    status: "fail",
    remedy: "OLLAMA_API_KEY",
  },
  {
    title: "an Ollama that accepts and does not answer",
    only: ["models-runtimes"],
    stage: withOllama({
      models: { plan: "ollama/coder:1b" },
      after: (server) => server.trouble({ type: "hang" }),
    }),
    code: "runtime/timed-out",
    status: "fail",
    remedy: "restart",
  },
  {
    title: "an address with https for a server without",
    only: ["models-runtimes"],
    stage: async (stage) => {
      const server = await startOllamaServer();
      stage.onEnd(() => void server.close());
      const url = server.url.replace("http:", "https:");
      await settle(stage, { ollama: { url } }, { plan: "ollama/coder:1b" });
    },
    code: "runtime/tls-mismatch",
    status: "fail",
    remedy: "write http://127.0.0.1:",
  },
  {
    title: "an OLLAMA_HOST without a port",
    only: ["models-runtimes"],
    stage: async (stage) => {
      await settle(stage, { ollama: {} }, { plan: "ollama/coder:1b" });
      stage.env["OLLAMA_HOST"] = "http://127.0.0.1";
    },
    code: "runtime/no-port",
    status: "fail",
    remedy: ":11434",
    found: "OLLAMA_HOST has no port",
  },
  {
    title: "a host that nobody knows",
    only: ["models-runtimes"],
    stage: (stage) =>
      settle(
        stage,
        { ollama: { url: "http://gpu-box.invalid:11434" } },
        { plan: "ollama/coder:1b" },
      ),
    code: "runtime/host-unknown",
    status: "fail",
    remedy: "correct the host name",
  },
];

const models: readonly StagedFault[] = [
  {
    title: "a model that is not installed",
    only: ["models-modes"],
    stage: withOllama({
      options: { models: [], library: [other64] },
      models: { plan: "ollama/other:1b" },
    }),
    code: "model/not-installed",
    status: "fail",
    remedy: /^`ai-rules models pull ollama\/other:1b`/u,
    found: "plan: other:1b (ai-rules.json) is not installed in Ollama",
    mendedBy: ["remedy"],
  },
  {
    title: "a model of the settings that another one stands in for",
    only: ["models-modes"],
    stage: withOllama({
      models: { plan: "ollama/gone:1b" },
      after: (_, { env }) => {
        env["OLLAMA_MODEL_PLAN"] = "coder:1b-ctx64k";
      },
    }),
    code: "model/instead",
    status: "warn",
    remedy: "`ai-rules models pull ollama/gone:1b`",
    found: "ollama/coder:1b-ctx64k (OLLAMA_MODEL_PLAN) is used instead",
  },
  {
    title: "a model that cannot call tools",
    only: ["models-modes"],
    stage: withOllama({
      options: { models: [{ ...coder64, capabilities: ["completion"] }] },
      models: { review: "ollama/coder:1b-ctx64k" },
    }),
    code: "model/no-tools",
    status: "fail",
    remedy: "`ai-rules models`",
    found: "review: coder:1b-ctx64k cannot call tools",
  },
  {
    title: "a model that is loaded with Ollama's small context",
    only: ["models-modes"],
    stage: withOllama({
      options: { contextLength: 4096 },
      models: { build: "ollama/coder:1b" },
      after: (server) => load(server, "coder:1b"),
    }),
    code: "model/small-context",
    status: "fail",
    remedy: /`ai-rules models use .* && ai-rules models use build ollama\/coder:1b --context 64k/u,
    found: "is loaded with a context of 4k",
    mendedBy: ["remedy"],
  },
  {
    title: "a model that would be loaded with a small context",
    only: ["models-modes"],
    stage: withOllama({
      options: { models: [{ ...coder, numCtx: 8192 }] },
      models: { build: "ollama/coder:1b" },
    }),
    code: "model/small-context",
    status: "warn",
    remedy: "--context 64k",
    found: "will be loaded with a context of 8k",
    mendedBy: ["remedy"],
  },
  {
    title: "a model that was trained for a small context",
    only: ["models-modes"],
    stage: withOllama({
      options: { models: [{ ...coder, maxContext: 8192 }] },
      models: { build: "ollama/coder:1b" },
    }),
    code: "model/small-context",
    status: "warn",
    remedy: "trained for more",
  },
  {
    title: "a model of LM Studio that a request would load with a small context",
    only: ["models-modes"],
    stage: async (stage) => {
      const server = await startLmStudioServer();
      stage.onEnd(() => void server.close());
      const name = lmStudioModels[0]?.key ?? "";
      await settle(stage, { lmstudio: { url: server.url } }, { plan: `lmstudio/${name}` });
    },
    code: "model/small-context",
    status: "warn",
    remedy: /`ai-rules models load lmstudio\/.* --context 64k`/u,
  },
  {
    title: "a model that no machine has room for",
    only: ["models-modes"],
    stage: withOllama({
      options: { models: [{ ...coder64, sizeBytes: 4_000_000 * megabyte }] },
      models: { plan: "ollama/coder:1b-ctx64k" },
    }),
    code: "model/will-not-fit",
    status: "warn",
    remedy: "`ai-rules models fit ollama/coder:1b-ctx64k`",
  },
];

const together: readonly StagedFault[] = [
  {
    title: "two variants of the same weights",
    only: ["models-together"],
    stage: withOllama({
      models: { plan: "ollama/coder:1b", build: "ollama/coder:1b-ctx64k" },
    }),
    code: "model/rivals",
    status: "warn",
    remedy: "`ai-rules models use plan ollama/coder:1b-ctx64k`",
    found: "two variants of the same weights",
    mendedBy: ["remedy"],
  },
  {
    title: "two models of MLX",
    only: ["models-together"],
    stage: async (stage) => {
      const server = await startMlxServer({ models: ["org/one", "org/two"] });
      stage.onEnd(() => void server.close());
      const own = { plan: "mlx/org/one", build: "mlx/org/two" };
      await settle(stage, { mlx: { url: server.url } }, own);
    },
    code: "model/rivals",
    status: "warn",
    remedy: "`ai-rules models use build mlx/org/one`",
    mendedBy: ["remedy"],
    found: "MLX has one model at a time",
  },
  {
    title: "two models that LM Studio loads by requests",
    only: ["models-together"],
    stage: async (stage) => {
      const server = await startLmStudioServer();
      stage.onEnd(() => void server.close());
      const [one, two] = lmStudioModels.map(({ key }) => `lmstudio/${key}`);
      const own = { plan: one ?? "", build: two ?? "" };
      await settle(stage, { lmstudio: { url: server.url } }, own);
    },
    code: "model/rivals",
    status: "warn",
    remedy:
      /`ai-rules models use build lmstudio\/.*`; or .*`ai-rules models load lmstudio\/.* && ai-rules models load lmstudio\/.*`$/u,
    found: "LM Studio keeps one model",
    mendedBy: ["remedy"],
  },
];

const isLinux = process.platform === "linux";

const servers: readonly StagedFault[] = [
  {
    title: "an Ollama that was started with a small context",
    only: ["models-server"],
    stage: (stage) => startedOllama(stage, { OLLAMA_CONTEXT_LENGTH: "4096" }),
    code: "runtime/small-context",
    status: "warn",
    remedy: "`OLLAMA_CONTEXT_LENGTH=65536 ollama serve`",
    skip: !isLinux,
  },
  {
    title: "a context that is set here, and not where Ollama was started",
    only: ["models-server"],
    stage: async (stage) => {
      stage.env["OLLAMA_CONTEXT_LENGTH"] = "65536";
      await startedOllama(stage, { OLLAMA_CONTEXT_LENGTH: "32768" });
    },
    code: "runtime/variable-not-in-server",
    status: "warn",
    remedy: "`OLLAMA_CONTEXT_LENGTH=65536 ollama serve`",
    found: "is 65536 here, and the Ollama that runs was started with 32768",
    skip: !isLinux,
  },
  {
    title: "an Ollama that keeps fewer models than the modes use",
    only: ["models-server"],
    stage: async (stage) => {
      await startedOllama(stage, { OLLAMA_MAX_LOADED_MODELS: "1" });
      stage.env["OLLAMA_MODEL_PLAN"] = "llama3.1:8b";
    },
    code: "runtime/max-loaded",
    status: "warn",
    remedy: "`OLLAMA_MAX_LOADED_MODELS=2 ollama serve`",
    skip: !isLinux,
  },
  {
    title: "an Ollama that unloads models at once",
    only: ["models-server"],
    stage: (stage) => startedOllama(stage, { OLLAMA_KEEP_ALIVE: "0" }),
    code: "runtime/keep-alive",
    status: "warn",
    remedy: "`OLLAMA_KEEP_ALIVE=30m ollama serve`",
    skip: !isLinux,
  },
];

/** Two modes with a model each of an LM Studio, and what its files say. */
const withLmStudio = (settings: object, server: object) => async (stage: Stage) => {
  const lmStudio = await startLmStudioServer();
  stage.onEnd(() => void lmStudio.close());
  const [one, two] = lmStudioModels.map(({ key }) => `lmstudio/${key}`);
  const own = { plan: one ?? "", build: two ?? "" };
  await settle(stage, { lmstudio: { url: lmStudio.url } }, own);
  const home = join(stage.home, ".lmstudio");
  await stage.write(join(home, "settings.json"), JSON.stringify(settings));
  await stage.write(join(home, ".internal/http-server-config.json"), JSON.stringify(server));
};

const lmStudio: readonly StagedFault[] = [
  {
    title: "an LM Studio that loads nothing for a request",
    only: ["models-server"],
    stage: withLmStudio({ developer: {} }, { port: 1234, justInTimeModelLoading: false }),
    code: "runtime/loads-nothing",
    status: "warn",
    remedy: /^run `ai-rules models load lmstudio\/\S+`, or switch on "Just-in-Time Model Loading"/u,
    found: /of plan( and review)? is not loaded/u,
  },
];

const variables: readonly StagedFault[] = [
  {
    title: "a variable that nothing reads",
    only: ["models-variables"],
    stage: withOllama({
      after: (_, { env }) => {
        env["OLLAMA_NUM_GPU"] = "99";
      },
    }),
    code: "runtime/variable-unread",
    status: "warn",
    remedy: "`unset OLLAMA_NUM_GPU`",
  },
  {
    title: "a variable with a value that makes no sense",
    only: ["models-variables"],
    stage: ({ env }) => {
      env["OLLAMA_KEEP_ALIVE"] = "a while";
    },
    code: "settings/variable",
    status: "warn",
    remedy: "set it to a length of time",
  },
  {
    title: "an MLX_VRAM_LIMIT beyond the memory",
    only: ["models-memory"],
    stage: async (stage) => {
      const server = await startMlxServer();
      stage.onEnd(() => void server.close());
      await settle(stage, { mlx: { url: server.url } }, {});
      stage.env["MLX_VRAM_LIMIT"] = "9000GB";
    },
    code: "runtime/budget-too-large",
    status: "warn",
    remedy: /`export MLX_VRAM_LIMIT=\d+GB`/u,
  },
];

describeFaults("the doctor on runtimes", runtimes);
describeFaults("the doctor on the modes' models", models);
describeFaults("the doctor on models that evict each other", together);
describeFaults("the doctor on servers' settings", servers);
describeFaults("the doctor on LM Studio's settings", lmStudio);
describeFaults("the doctor on variables and memory", variables);

describe("the doctor on what LM Studio does with models that requests load", () => {
  const textOf = async (stage: Stage) => {
    const { report } = await stage.doctor("models-server");
    return report.checks[0]?.findings.map(({ found }) => found);
  };

  it("tells it from its files", () =>
    onStage(async (stage) => {
      const idle = { enabled: true, ttlSeconds: 3600 };
      await withLmStudio({ developer: { jitModelTTL: idle } }, {})(stage);

      expect(await textOf(stage)).toEqual([
        "LM Studio loads models for requests, and keeps the last of them only (auto-evict), for 60 min without a request",
      ]);
    }));

  it("sees no rivals where it keeps them all", () =>
    onStage(async (stage) => {
      const developer = { unloadPreviousJITModelOnLoad: false, jitModelTTL: { enabled: false } };
      await withLmStudio({ developer }, {})(stage);

      expect(await textOf(stage)).toEqual([
        "LM Studio loads models for requests, and keeps them all",
      ]);
      const { report } = await stage.doctor("models-together");
      expect(JSON.stringify(report.checks)).not.toContain("LM Studio keeps one model");
    }));

  it("looks where LM Studio says that its files are, and makes nothing of broken ones", () =>
    onStage(async (stage) => {
      await withLmStudio({}, {})(stage);
      const elsewhere = join(stage.directory, "elsewhere");
      await stage.write(join(stage.home, ".lmstudio-home-pointer"), elsewhere);
      await stage.write(join(elsewhere, "settings.json"), "{ broken");

      expect(await textOf(stage)).toEqual([
        "LM Studio loads models for requests, and keeps the last of them only (auto-evict)",
      ]);
    }));
});

describe("the doctor finds nothing wrong with the models", () => {
  it("when all modes use one that is there, with tools and context", () =>
    onStage(async (stage) => {
      const all = "ollama/coder:1b-ctx64k";
      const ready = withOllama({ models: { plan: all, build: all, review: all } });
      await ready(stage);

      const { report, troubles } = await stage.doctor("models");

      expect(troubles).toEqual([]);
      const ok = report.checks.filter(({ status }) => status === "ok").map(({ id }) => id);
      expect(ok).toEqual(
        expect.arrayContaining(["models-runtimes", "models-modes", "models-together"]),
      );
    }));

  it("when there is no runtime, and nobody asks for one", () =>
    onStage(async (stage) => {
      await settle(stage, {}, {});
      expect((await stage.doctor("models")).troubles).toEqual([]);
    }));

  it("when the variables of a development shell ask for what is so anyway", () =>
    onStage(async (stage) => {
      const server = await startMlxServer();
      stage.onEnd(() => void server.close());
      await settle(stage, { mlx: { url: server.url } }, {});
      Object.assign(stage.env, {
        MLX_TENSOR_PARALLEL: "1",
        MLX_MAX_GPUS: "1",
        OLLAMA_NUM_GPU: "9",
      });
      expect((await stage.doctor("models-variables")).troubles).toEqual([]);
    }));
});
