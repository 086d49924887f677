import type { Network } from "../platform/ports.ts";
import {
  createEventParser,
  type OpencodeEvent,
  type PendingRequest,
  readModel,
  readPermission,
  readQuestion,
  readSession,
  readStatus,
  type SessionInfo,
  type SessionStatus,
} from "./events.ts";
import { asList, asNumber, asObject, asText, type JsonObject } from "./json.ts";

export type AgentInfo = {
  readonly name: string;
  readonly mode: string;
  readonly hidden: boolean;
  /** "provider/model", where the agent has one of its own. */
  readonly model?: string;
  readonly temperature?: number;
};

/** A model as the running OpenCode has it, and the titles under which it shows it. */
export type KnownModel = {
  readonly title: string;
  readonly providerTitle: string;
  readonly baseUrl?: string;
  readonly context?: number;
  readonly output?: number;
  readonly tools: boolean;
};

export type ModelOfSession = {
  readonly agent: string;
  readonly provider: string;
  readonly model: string;
};

/** OpenCode's HTTP API, as far as we need it. What is not answered well is `undefined`. */
export type OpencodeClient = {
  /** The version of the server that answers. */
  health(): Promise<string | undefined>;
  agents(): Promise<readonly AgentInfo[] | undefined>;
  /** "provider/model" of the configuration, "" when it names none. */
  configuredModel(): Promise<string | undefined>;
  /** All models that can be used, as "provider/model". */
  models(): Promise<readonly string[] | undefined>;
  knownModel(provider: string, model: string): Promise<KnownModel | undefined>;
  /** Names of the providers in its configuration, each with the names of what is set for it. */
  configuredProviders(): Promise<JsonObject | undefined>;
  sessions(): Promise<readonly SessionInfo[] | undefined>;
  /** Model of the last message of a session, as "provider/model". */
  lastModel(sessionId: string): Promise<string | undefined>;
  statuses(): Promise<ReadonlyMap<string, SessionStatus> | undefined>;
  /**
   * Fails in OpenCode 1.18.33 while a request of `webfetch` without a time-out is open (its answer
   * does not fit its own schema): then only the events know.
   */
  permissions(): Promise<readonly PendingRequest[] | undefined>;
  questions(): Promise<readonly PendingRequest[] | undefined>;
  /**
   * Adds an empty message with a model to a session; no model is asked and nobody sees it. The
   * conversation goes on with that model wherever it is opened from now on. False when refused.
   */
  setSessionModel(sessionId: string, model: ModelOfSession): Promise<boolean>;
  /** Runs a command of the screen ("session.new"); true says that it was sent, not that it ran. */
  runCommand(command: string): Promise<boolean>;
  /** Opens a session on the screen. */
  selectSession(sessionId: string): Promise<boolean>;
  /** Shows a short message in a corner of the screen. */
  showToast(message: string): Promise<boolean>;
  /** Reads all configuration files anew; what is typed and shown stays. */
  reloadConfig(): Promise<boolean>;
  /** The directory in which it keeps what outlives it, apart from conversations. */
  stateDirectory(): Promise<string | undefined>;
  /** The events from now on; ends when the stream breaks or the signal aborts. */
  events(options: EventsOptions): AsyncIterable<OpencodeEvent>;
};

export type EventsOptions = {
  readonly signal: AbortSignal;
  /** Called for each piece that arrives, heartbeats included. */
  readonly onBytes: () => void;
};

export type ClientOptions = { readonly port: number; readonly password: string };

/** The first request to a server that comes up is never answered (measured), so none waits long. */
const timeoutMs = 1000;
/** What is sent is worth a wait: it is not sent twice. */
const postTimeoutMs = 10_000;
/** Reading lists takes longer when three agents share two cores. */
const listTimeoutMs = 2000;

/** A client for the OpenCode that listens on a port of this machine. */
export function createOpencodeClient(
  fetch: Network["fetch"],
  { port, password }: ClientOptions,
): OpencodeClient {
  const headers = { authorization: `Basic ${btoa(`opencode:${password}`)}` };

  function request(path: string, signal: AbortSignal): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, { headers, signal });
  }

  async function get(path: string, ms = listTimeoutMs): Promise<unknown> {
    try {
      const response = await request(path, AbortSignal.timeout(ms));
      if (response.ok) return await response.json();
      await response.body?.cancel();
      return undefined;
    } catch {
      return undefined; // not there yet, gone, or too slow: the same to who asks
    }
  }

  async function post(path: string, body: object): Promise<boolean> {
    try {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: "POST",
        headers: { ...headers, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(postTimeoutMs),
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false; // as with `get`
    }
  }

  async function list<T>(
    path: string,
    read: (value: unknown) => T | undefined,
  ): Promise<readonly T[] | undefined> {
    const value = await get(path);
    if (!Array.isArray(value)) return undefined;
    return value.map(read).filter((item) => item !== undefined);
  }

  return {
    health: async () => asText(asObject(await get("/global/health", timeoutMs))["version"]),
    agents: () => list("/agent", readAgent),
    configuredModel: async () => {
      const config = await get("/config");
      return config === undefined ? undefined : (asText(asObject(config)["model"]) ?? "");
    },
    models: async () => {
      const answer = await get("/config/providers");
      return answer === undefined ? undefined : readModels(answer);
    },
    knownModel: async (provider, model) =>
      readKnownModel(await get("/config/providers"), provider, model),
    configuredProviders: async () => {
      const config = await get("/config");
      return config === undefined ? undefined : asObject(asObject(config)["provider"]);
    },
    sessions: () => list("/session?limit=50", readSession),
    lastModel: async (sessionId) => {
      const messages = await get(`/session/${encodeURIComponent(sessionId)}/message?limit=1`);
      const info = asObject(asObject(asList(messages).at(-1))["info"]);
      return readModel(asObject(info["model"])) ?? readModel({ ...info, id: undefined });
    },
    statuses: async () => {
      const answer = await get("/session/status");
      if (answer === undefined) return undefined;
      return new Map(
        Object.entries(asObject(answer)).map(([id, value]) => [id, readStatus(value)]),
      );
    },
    permissions: () => list("/permission", readPermission),
    questions: () => list("/question", readQuestion),
    setSessionModel: (sessionId, { agent, provider, model }) =>
      post(`/session/${encodeURIComponent(sessionId)}/message`, {
        noReply: true,
        agent,
        model: { providerID: provider, modelID: model },
        parts: [],
      }),
    runCommand: (command) =>
      post("/tui/publish", { type: "tui.command.execute", properties: { command } }),
    selectSession: (sessionID) => post("/tui/select-session", { sessionID }),
    showToast: (message) => post("/tui/show-toast", { message, variant: "info", duration: 2000 }),
    reloadConfig: () => post("/instance/dispose", {}),
    stateDirectory: async () => asText(asObject(await get("/path"))["state"]),
    events: ({ signal, onBytes }) => readEvents(() => request("/event", signal), onBytes),
  };
}

async function* readEvents(
  open: () => Promise<Response>,
  onBytes: () => void,
): AsyncGenerator<OpencodeEvent> {
  const parser = createEventParser();
  try {
    const { ok, body } = await open();
    if (!ok || !body) return;
    for await (const chunk of body) {
      onBytes();
      if (chunk instanceof Uint8Array) yield* parser.push(chunk);
    }
  } catch {
    // The stream broke or was given up; its end says enough.
  }
}

function readAgent(value: unknown): AgentInfo | undefined {
  const agent = asObject(value);
  const name = asText(agent["name"]);
  const model = readModel(asObject(agent["model"]));
  if (!name) return undefined;
  const temperature = asNumber(agent["temperature"]);
  return {
    name,
    mode: asText(agent["mode"]) ?? "all",
    hidden: agent["hidden"] === true,
    ...(model ? { model } : {}),
    ...(temperature === undefined ? {} : { temperature }),
  };
}

function readKnownModel(answer: unknown, provider: string, name: string): KnownModel | undefined {
  const providers = asList(asObject(answer)["providers"]).map(asObject);
  const found = providers.find(({ id }) => id === provider);
  const models = asObject(found?.["models"]);
  if (!found || !Object.hasOwn(models, name)) return undefined;
  const model = asObject(models[name]);
  const limit = asObject(model["limit"]);
  const baseUrl = asText(asObject(found["options"])["baseURL"]);
  const [context, output] = [asNumber(limit["context"]), asNumber(limit["output"])];
  return {
    title: asText(model["name"]) ?? name,
    providerTitle: asText(found["name"]) ?? provider,
    tools: asObject(model["capabilities"])["toolcall"] === true,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(context === undefined ? {} : { context }),
    ...(output === undefined ? {} : { output }),
  };
}

function readModels(answer: unknown): readonly string[] {
  return asList(asObject(answer)["providers"]).flatMap((value) => {
    const provider = asObject(value);
    const id = asText(provider["id"]) ?? "";
    return Object.keys(asObject(provider["models"])).map((model) => `${id}/${model}`);
  });
}
