/**
 * What answers at an address, told by the bodies of its answers: any program can listen on any port,
 * and LM Studio answers every path with 200. None of the paths loads or wakes a model.
 */
import { AiRulesError } from "../core/error.ts";
import { asList, asObject, asText } from "../core/json.ts";
import type { RuntimeKind } from "../core/runtime.ts";
import type { RuntimeAnswer, RuntimeClient } from "./http/client.ts";
import { errorText, statusFault } from "./http/faults.ts";
import { isLoopback } from "./ip-address.ts";
import { nameService } from "./other-services.ts";

export type Identified =
  | { readonly kind: RuntimeKind; readonly version?: string }
  /** No runtime; what it is, as "it is ..." goes on. */
  | { readonly found: string };

/** ms for each answer of this machine; another one gets three times as long. */
const answerMs = 800;

type Kind = Extract<Identified, { kind: unknown }>;

type Probe = {
  readonly path: string;
  /** Only of a server that this fits. */
  readonly server?: RegExp;
  readonly read: (answer: RuntimeAnswer) => Kind | undefined;
};

const probes: readonly Probe[] = [
  {
    path: "/lmstudio-greeting",
    read: ({ json }) => (asObject(json)["lmstudio"] === true ? { kind: "lmstudio" } : undefined),
  },
  { path: "/api/version", read: readVersion },
  { path: "/props", read: readProps },
  {
    path: "/running",
    read: ({ json }) => (isList(asObject(json)["running"]) ? { kind: "llama-swap" } : undefined),
  },
  {
    // Python's own server, and the body with the spaces of Python's own JSON.
    path: "/health",
    server: /^BaseHTTP\//,
    read: ({ text }) => (text.trim() === '{"status": "ok"}' ? { kind: "mlx" } : undefined),
  },
  { path: "/v1/models", read: readModels },
];

/**
 * Asks until one of the bodies says what it is. Rejects when nothing answers, and with
 * `runtime/needs-token` when it answers nothing without one.
 */
export async function identify(client: RuntimeClient, abort: AbortSignal): Promise<Identified> {
  const answers: RuntimeAnswer[] = [];
  let silences = 0;
  for (const { path, server, read } of probes) {
    if (server && !answers.some(({ headers }) => server.test(headers["server"] ?? ""))) continue;
    const answer = await ask(client, path, abort).catch((error: unknown) => {
      silences += 1;
      // One answer may be late; two are a server that accepts and never answers.
      if (abort.aborted || !isLate(error) || silences > 1) throw error;
    });
    if (!answer) continue;
    const identified = readAnywhere(answer) ?? (isSuccess(answer) ? read(answer) : undefined);
    if (identified) return identified;
    answers.push(answer);
  }
  const refusal = answers.find(({ status }) => status === 401 || status === 403);
  if (refusal) throw statusFault(refusal, { url: client.url });
  return { found: nameService(answers) };
}

function ask(client: RuntimeClient, path: string, abort: AbortSignal): Promise<RuntimeAnswer> {
  const isNear = isLoopback(URL.parse(client.url)?.hostname ?? "");
  return client.request(path, { abort, timeoutMs: isNear ? answerMs : 3 * answerMs });
}

function isLate(error: unknown): boolean {
  return error instanceof AiRulesError && error.problem.code === "runtime/timed-out";
}

/** What gives a runtime away whatever it was asked. */
function readAnywhere(answer: RuntimeAnswer): Kind | undefined {
  const said = errorText(answer);
  if (said.startsWith("Unexpected endpoint or method")) return { kind: "lmstudio" };
  // While its model loads, llama-server answers everything like this.
  if (answer.status === 503 && said === "Loading model") return { kind: "llama-server" };
  return undefined;
}

function readVersion({ json }: RuntimeAnswer): Kind | undefined {
  const { version, commit } = asObject(json);
  const text = asText(version);
  if (text === undefined) return undefined;
  return { kind: commit === undefined ? "ollama" : "llama-swap", version: text };
}

function readProps({ json }: RuntimeAnswer): Kind | undefined {
  const { build_info: build, role } = asObject(json);
  const version = asText(build);
  if (version === undefined && role !== "router") return undefined;
  return { kind: "llama-server", ...(version === undefined ? {} : { version }) };
}

/** A list of models in OpenAI's shape; some say who owns them. */
function readModels({ json }: RuntimeAnswer): Kind | undefined {
  const { data } = asObject(json);
  if (!isList(data)) return undefined;
  const owners = asList(data).map((model) => asText(asObject(model)["owned_by"]));
  if (owners.includes("llamacpp")) return { kind: "llama-server" };
  return { kind: owners.includes("llama-swap") ? "llama-swap" : "openai" };
}

function isList(value: unknown): boolean {
  return Array.isArray(value);
}

function isSuccess({ status }: RuntimeAnswer): boolean {
  return status >= 200 && status < 300;
}
