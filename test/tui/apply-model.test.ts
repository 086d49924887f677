import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { AgentModel } from "../../src/core/agent-model.ts";
import { asObject } from "../../src/core/json.ts";
import type { Clock } from "../../src/platform/ports.ts";
import { type ApplyRequest, applyModel } from "../../src/tui/apply-model.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { type Post, startOpencodeServer } from "../fakes/opencode-server.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const big: AgentModel = {
  ref: "ollama/big",
  provider: "ollama",
  name: "big",
  url: "http://127.0.0.1:11434/v1",
  context: 20_000,
  output: 2000,
  tools: true,
};

type Behaviour = {
  /** What the environment it was started with says of "ollama/big": nothing changes that. */
  readonly environment?: AgentModel;
  /** How often its screen takes leaving and opening a session for nothing. */
  readonly missed?: number;
  /** What is typed and not sent. */
  readonly typed?: string;
  readonly refuses?: readonly string[];
};

/** An OpenCode as far as a change of models sees it: its files, its session and its screen. */
async function startAgent({ environment, missed = 0, typed = "", refuses = [] }: Behaviour = {}) {
  const directory = await temporaryDirectory();
  const modelsFile = join(directory, "models-plan.json");
  await writeFile(modelsFile, '{"username":"me"}');
  const server = await startOpencodeServer("secret");
  onTestFinished(() => server.close());
  let [given, shown, toast, isHome, left] = ["small", "small", "", false, missed];

  const known = (model: AgentModel) => ({
    id: model.provider,
    name: "Ollama",
    options: { baseURL: model.url },
    models: { [model.name]: described(model) },
  });
  const describeProviders = async () => {
    const providers = asObject(
      asObject(JSON.parse(await readFile(modelsFile, "utf8")))["provider"],
    );
    const told = environment ?? ("ollama" in providers ? big : undefined);
    server.answers.set("/config/providers", { providers: told ? [known(told)] : [] });
  };
  server.answers.set("/path", { state: directory });
  await describeProviders();

  const deeds: Readonly<Record<string, (post: Post) => void>> = {
    "/instance/dispose": () => void describeProviders(),
    "/session/ses_1/message": ({ body }) => {
      given = String(asObject(asObject(body)["model"])["modelID"]);
    },
    "/tui/publish": ({ body }) => {
      const { command } = asObject(asObject(body)["properties"]);
      if (command === "session.new") isHome = true;
      if (command === "prompt.stash" && typed)
        void appendFile(join(directory, "prompt-stash.jsonl"), `${JSON.stringify(typed)}\n`);
    },
    "/tui/show-toast": ({ body }) => {
      toast = String(asObject(body)["message"]);
    },
    "/tui/select-session": () => {
      if (isHome && left-- <= 0) shown = given;
      isHome = false;
    },
  };
  server.onPost((post) => {
    if (refuses.includes(post.path)) return 500;
    deeds[post.path]?.(post);
    return undefined;
  });

  const ports = isolatedPorts(directory);
  // Real time, ten times as fast.
  const clock: Clock = {
    ...ports.clock,
    wait: (ms) => ports.clock.wait(ms / 10),
    monotonic: () => ports.clock.monotonic() * 10,
  };
  const request: ApplyRequest = {
    agent: { port: server.port, password: "secret", agentName: "plan", modelsFile },
    sessionId: "ses_1",
    model: big,
    localModel: big,
    screen: () => `┃ ${toast} ┃\n┃ Plan · ${shown} Ollama`,
  };
  return {
    server,
    modelsFile,
    shown: () => shown,
    paths: () => server.posts.map(({ path }) => path),
    apply: (more: Partial<ApplyRequest> = {}) =>
      applyModel({ ...ports, clock }, { ...request, ...more }),
  };
}

function described({ name, tools, context, output }: AgentModel) {
  return { name, capabilities: { toolcall: tools }, limit: { context, output } };
}

describe("giving a running agent another model", () => {
  it("tells it of the model, gives it to the conversation and opens that anew", async () => {
    const agent = await startAgent();

    expect(await agent.apply()).toEqual({ live: true });

    expect(agent.shown()).toBe("big");
    expect(agent.paths()).toEqual([
      "/instance/dispose",
      "/session/ses_1/message",
      "/tui/publish",
      "/tui/show-toast",
      "/tui/select-session",
    ]);
    expect(agent.server.posts[1]?.body).toEqual({
      noReply: true,
      agent: "plan",
      model: { providerID: "ollama", modelID: "big" },
      parts: [],
    });
    expect(JSON.parse(await readFile(agent.modelsFile, "utf8"))).toMatchObject({
      username: "me",
      provider: { ollama: { models: { big: { limit: { context: 20_000, output: 2000 } } } } },
    });
  });

  it("reads nothing anew when the model is known already", async () => {
    const agent = await startAgent({ environment: big });

    expect(await agent.apply()).toEqual({ live: true });
    expect(agent.paths()).not.toContain("/instance/dispose");
  });

  it("opens the conversation once more when the screen missed it", async () => {
    const agent = await startAgent({ missed: 1 });

    expect(await agent.apply()).toEqual({ live: true });
    expect(agent.paths().filter((path) => path === "/tui/select-session")).toHaveLength(2);
  });

  it("wants a start when the screen never shows the model", async () => {
    const agent = await startAgent({ missed: 9 });

    expect(await agent.apply()).toMatchObject({ live: false, stashed: false });
  });

  it.each([
    ["context", { context: 4096 }],
    ["address", { url: "http://10.0.0.7:11434/v1" }],
    ["tools", { tools: false }],
  ])("wants a start when its environment has another %s", async (_, other) => {
    const agent = await startAgent({ environment: { ...big, ...other } });

    expect(await agent.apply()).toMatchObject({ live: false });
    // The conversation has its model all the same: the next start goes on with it.
    expect(agent.paths()).toContain("/session/ses_1/message");
    expect(agent.paths()).not.toContain("/tui/select-session");
  });

  it("wants a start for another temperature", async () => {
    const agent = await startAgent();
    agent.server.answers.set("/agent", [{ name: "plan", temperature: 0.7 }]);

    const warm = { ...big, temperature: 0.7 };
    expect(await agent.apply({ localModel: warm })).toEqual({ live: true });
    const cool = { ...big, temperature: 0.1 };
    expect(await agent.apply({ localModel: cool })).toMatchObject({ live: false });
  });

  it("puts aside what is typed before a start", async () => {
    const agent = await startAgent({ missed: 9, typed: "half a thought" });

    expect(await agent.apply()).toMatchObject({ live: false, stashed: true });
  });

  it("wants a start when there is no conversation yet", async () => {
    const agent = await startAgent({ typed: "the first words" });

    expect(await agent.apply({ sessionId: undefined })).toMatchObject({
      live: false,
      stashed: true,
    });
    expect(agent.paths()).toEqual(["/tui/publish", "/tui/show-toast"]);
  });

  it("takes a model that a provider of OpenCode's own serves, if it is there", async () => {
    const agent = await startAgent();
    const cloud = { id: "cloud", name: "Ollama", models: { big: { name: "big" } } };
    agent.server.answers.set("/config/providers", { providers: [cloud] });
    const ofCloud = (name: string) =>
      agent.apply({ model: { provider: "cloud", name }, localModel: undefined });

    expect(await ofCloud("big")).toEqual({ live: true });
    expect(await ofCloud("gone")).toMatchObject({ live: false });
    expect(agent.paths()).not.toContain("/instance/dispose");
  });

  it.each(["/session/ses_1/message", "/instance/dispose", "/tui/publish"])(
    "wants a start when %s is refused",
    async (path) => {
      const agent = await startAgent({ refuses: [path], missed: 9 });

      expect(await agent.apply()).toMatchObject({ live: false, stashed: false });
    },
  );

  it("wants a start when nobody answers", async () => {
    const agent = await startAgent();
    await agent.server.close();

    expect(await agent.apply()).toMatchObject({ live: false, stashed: false });
  });
});
