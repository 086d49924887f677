import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Happening } from "../../src/core/message.ts";
import type { State } from "../../src/core/state.ts";
import { createOpencodeClient } from "../../src/opencode/client.ts";
import { factFilesIn } from "../../src/opencode/local-model.ts";
import { createModelApplier } from "../../src/tui/model-applier.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { startOpencodeServer } from "../fakes/opencode-server.ts";
import { sampleModelsState } from "../fakes/sample-models.ts";
import { sampleState, withPane } from "../fakes/sample-state.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";

const sample = sampleState();

/** A state in which plan is on its way to a model of OpenCode's own configuration. */
const switching: State = {
  ...sample,
  models: {
    ...sample.models,
    opencodeModels: ["cloud/big"],
    switches: {
      plan: { plan: { model: "cloud/big", unloadFirst: [] }, since: 0, step: { type: "applying" } },
    },
  },
};

async function start(state: State) {
  const directory = await temporaryDirectory();
  const server = await startOpencodeServer("secret");
  onTestFinished(() => server.close());
  server.answers.set("/path", { state: directory });
  const happenings: Happening[] = [];
  const ports = isolatedPorts(directory);
  const applier = createModelApplier({
    ports,
    state: () => state,
    variables: () => ({}),
    dispatch: (happening) => happenings.push(happening),
    screen: () => "switching the model\n┃ Plan · big Cloud",
  });
  const secret = { port: server.port, password: "secret" };
  return {
    server,
    happenings,
    applier,
    agent: { ...secret, agentName: "plan", modelsFile: "/nowhere/models.json" },
    client: createOpencodeClient(ports.network.fetch, secret),
  };
}

const cloud = { providers: [{ id: "cloud", name: "Cloud", models: { big: { name: "big" } } }] };

describe("giving models to the panes' agents", () => {
  it("reports the model of the switch once the agent has it", async () => {
    const { applier, agent, server, happenings } = await start(switching);
    server.answers.set("/config/providers", cloud);
    applier.starts("plan", agent);

    applier.apply("plan");

    await until(() => happenings.length > 2);
    expect(happenings).toEqual([
      { type: "agent-told", mode: "plan" },
      // OpenCode's own configuration serves the model.
      { type: "agent-told", mode: "plan" },
      { type: "model-applied", mode: "plan", model: "cloud/big", live: true },
    ]);
  });

  it("reports that a start is needed where no agent is known", async () => {
    const { applier, happenings } = await start(switching);

    applier.apply("plan");

    await until(() => happenings.length > 0);
    expect(happenings).toMatchObject([{ model: "cloud/big", live: false }]);
  });

  it("gives an agent that starts what was picked for it meanwhile", async () => {
    const state = withPane(sample, "plan", { adopts: true, wantedModel: "cloud/big" });
    const { applier, agent, client, server } = await start(state);
    server.answers.set("/config/providers", cloud);

    await applier.starts("plan", agent)(client);

    expect(server.posts).toMatchObject([
      { path: "/session/ses_1/message", body: { noReply: true, model: { modelID: "big" } } },
    ]);
  });

  it("tells an agent of its runtime that started before that was known", async () => {
    const known = sampleModelsState();
    const { session: _, ...plan } = known.panes.plan;
    const { applier, agent, client, server } = await start({
      ...known,
      panes: { ...known.panes, plan },
    });
    const modelsFile = join(await temporaryDirectory(), "models.json");
    await writeFile(modelsFile, "{}");

    await applier.starts("plan", { ...agent, modelsFile })(client);

    expect(server.posts.map(({ path }) => path)).toEqual(["/instance/dispose", "/tui/publish"]);
    expect(JSON.parse(await readFile(modelsFile, "utf8"))).toHaveProperty([
      "provider",
      "ollama",
      "models",
      "qwen3-coder:30b",
    ]);
  });

  describe("whose context turns out to be otherwise", () => {
    const ref = "ollama/qwen3-coder:30b";
    const told = { ref, context: 16_384, output: 4096, tools: true, measured: false };
    const measured = { ref, context: 65_536, output: 8192, tools: true, measured: true };

    async function tell() {
      const state = withPane(sampleModelsState(), "plan", { told });
      const made = await start(state);
      const directory = await temporaryDirectory();
      const files = factFilesIn(directory, "plan");
      if (!files) throw new Error("no files");
      const known = async () => ({
        name: "qwen",
        limit: {
          context: Number(await readFile(files.context, "utf8").catch(() => told.context)),
          output: Number(await readFile(files.output, "utf8").catch(() => told.output)),
        },
        capabilities: { toolcall: true },
      });
      const answer = async () => {
        const models = { "qwen3-coder:30b": await known() };
        const options = { baseURL: "http://127.0.0.1:11434/v1" };
        const providers = [{ id: "ollama", options, models }];
        made.server.answers.set("/config/providers", { providers });
      };
      await answer();
      made.server.onPost(() => void answer());
      made.applier.starts("plan", { ...made.agent, facts: { ref, files } }, told);
      made.happenings.length = 0;
      return { ...made, files };
    }

    it("are told by the files that their environment names", async () => {
      const { applier, server, happenings, files } = await tell();

      applier.tell("plan");

      await until(() => happenings.length > 0);
      expect(happenings).toEqual([{ type: "agent-told", mode: "plan", told: measured }]);
      expect(server.posts.map(({ path }) => path)).toEqual(["/instance/dispose"]);
      expect(await readFile(files.context, "utf8")).toBe("65536");
      expect(await readFile(files.output, "utf8")).toBe("8192");
    });

    it("are left alone when they have begun to work", async () => {
      const { applier, server, happenings } = await tell();
      server.answers.set("/session/status", { ses_1: { type: "busy" } });

      applier.tell("plan");

      await until(() => happenings.length > 0);
      expect(happenings).toEqual([{ type: "agent-told", mode: "plan", told }]);
      expect(server.posts).toEqual([]);
    });

    it("are not told again and again when they do not take it", async () => {
      const { applier, server, happenings } = await tell();
      server.onPost(() => 500);

      applier.tell("plan");

      await until(() => happenings.length > 0);
      expect(happenings).toEqual([{ type: "agent-told", mode: "plan", told: measured }]);
    });
  });

  it("leaves an agent that starts the model of its conversation when nothing was picked", async () => {
    const { applier, agent, client, server } = await start(sample);

    await applier.starts("plan", agent)(client);

    expect(server.posts).toEqual([]);
  });
});
