import { goodContext } from "../../core/context-size.ts";
import { tokens } from "../../core/format.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import { listed, type UsedModel } from "../../core/model-warning.ts";
import { usedModels } from "../../core/model-warnings.ts";
import type { RuntimeState } from "../../core/runtime.ts";
import { shellWord } from "../../core/shell-word.ts";
import type { Variables } from "../../platform/ports.ts";
import type { ProjectModels } from "../../survey/project-models.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { type LmStudioSettings, lmStudioSettings } from "../facts/lmstudio-settings.ts";
import { answering, projectModels } from "../facts/models.ts";
import { type OllamaProcess, ollamaProcess } from "../facts/ollama-process.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** What servers were started with, as far as it can be seen: no runtime tells it. */
export const serverCheck: Check = {
  id: "models-server",
  group: "models",
  title: "what the servers were started with suits agents",
  timeoutMs: 5000,
  run: async (context) => {
    const known = await projectModels(context);
    const runtimes = answering(known);
    const findings = await Promise.all(
      runtimes.map(async (runtime): Promise<readonly Finding[]> => {
        if (runtime.kind === "ollama") return ollamaFindings(context, known, runtime);
        return runtime.kind === "lmstudio" ? lmStudioFindings(context, known, runtime) : [];
      }),
    );
    const all = findings.flat();
    return all.length > 0 ? all : [skip("no server whose settings matter, or could be seen")];
  },
};

async function ollamaFindings(
  context: DoctorContext,
  known: ProjectModels,
  runtime: RuntimeState,
): Promise<readonly Finding[]> {
  const { address } = runtime;
  if (!address.local)
    return [skip(`what Ollama at ${address.url} was started with cannot be seen`)];
  const server = await ollamaProcess(context, address);
  if (!server?.variables)
    return [skip("what Ollama was started with cannot be seen: it is another user's")];
  const [{ variables: ours }, { settings }] = await Promise.all([
    shellVariables(context),
    projectSettings(context),
  ]);
  const { how, variables } = server;
  const started: Started = { how, variables, ours };
  const setsKeepAlive = settings.runtimes[address.id]?.keepAlive !== undefined;
  const troubles = [
    ...contextTroubles(started),
    ...loadedTroubles(started, known, runtime),
    ...(setsKeepAlive ? [] : keepAliveTroubles(started)),
  ];
  return troubles.length > 0 ? troubles : [ok(`Ollama was started with ${told(variables)}`)];
}

type Started = {
  readonly how: OllamaProcess["how"];
  readonly variables: Variables;
  /** Those of the development shell, or our own. */
  readonly ours: Variables;
};

/** How an Ollama that was started so gets a variable. */
function wayOf(how: OllamaProcess["how"], variable: string): string {
  switch (how) {
    case "service":
      return `run \`sudo systemctl edit ollama.service\`, write \`Environment="${variable}"\` below [Service], then \`sudo systemctl restart ollama.service\``;
    case "app":
      return `run \`launchctl setenv ${variable.replace("=", " ")}\`, then quit Ollama in the menu bar, and open it again`;
    case "command":
      return `end it, then \`${variable} ollama serve\``;
    default:
      return how satisfies never;
  }
}

function told(server: Variables): string {
  const names = ["OLLAMA_CONTEXT_LENGTH", "OLLAMA_MAX_LOADED_MODELS", "OLLAMA_KEEP_ALIVE"];
  return names.map((name) => (server[name] ? `${name}=${server[name]}` : `no ${name}`)).join(", ");
}

/** It is the server that reads it, once, when it starts. */
function contextTroubles({ how, variables: server, ours }: Started): readonly Trouble[] {
  const name = "OLLAMA_CONTEXT_LENGTH";
  const [has, wanted] = [Number(server[name] ?? 0), Number(ours[name] ?? 0)];
  if (wanted > 0 && wanted !== has)
    return [
      {
        status: "warn",
        code: "runtime/variable-not-in-server",
        found: `${name} is ${wanted} here, and the Ollama that runs was started with ${has || "none"}`,
        why: "the server reads it, and only when it starts",
        remedy: `start Ollama anew with ${name}=${wanted}: ${wayOf(how, `${name}=${wanted}`)}`,
      },
    ];
  if (has === 0 || has >= goodContext) return [];
  return [
    {
      status: "warn",
      code: "runtime/small-context",
      found: `Ollama was started with a context of ${tokens(has)} for all models (${name})`,
      why: "OpenCode's own prompt and tools take some 10k of it",
      remedy: `start Ollama anew with ${name}=65536: ${wayOf(how, `${name}=65536`)}`,
    },
  ];
}

function loadedTroubles(
  { how, variables: server }: Started,
  { models }: ProjectModels,
  runtime: RuntimeState,
): readonly Trouble[] {
  const most = Number(server["OLLAMA_MAX_LOADED_MODELS"] ?? 0);
  const used = usedModels({ models }).filter(
    (each) => each.runtime === runtime && !each.model?.cloud,
  );
  if (most === 0 || used.length <= most) return [];
  return [
    {
      status: "warn",
      code: "runtime/max-loaded",
      found: `the modes use ${used.length} models of Ollama, and it keeps ${most} (OLLAMA_MAX_LOADED_MODELS)`,
      why: "each turn of another mode loads its model anew",
      remedy: `start Ollama anew with OLLAMA_MAX_LOADED_MODELS=${used.length}: ${wayOf(how, `OLLAMA_MAX_LOADED_MODELS=${used.length}`)}`,
    },
  ];
}

/** Shorter than it takes to read an answer and type the next prompt. */
const shortMs = 60_000;

function keepAliveTroubles({ how, variables: server, ours }: Started): readonly Trouble[] {
  const name = "OLLAMA_KEEP_ALIVE";
  const value = server[name] ?? "";
  const ms = durationMs(value);
  // ai-rules sets its own for the models that the modes use.
  if (ours[name] || ms === undefined || ms < 0 || ms >= shortMs) return [];
  return [
    {
      status: "warn",
      code: "runtime/keep-alive",
      found: `Ollama unloads a model ${value === "0" ? "at once" : `after ${value}`} (${name})`,
      why: "most prompts then wait for their model to be loaded",
      remedy: `start Ollama anew with ${name}=30m: ${wayOf(how, `${name}=30m`)}`,
    },
  ];
}

/** A Go duration of one unit or a number of seconds; undefined where it is none. */
function durationMs(text: string): number | undefined {
  const [, digits, unit = "s"] = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(text.trim()) ?? [];
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return digits === undefined ? undefined : Number(digits) * (factors[unit] ?? 1000);
}

/** What it does with models that requests load; those that are loaded explicitly stay. */
async function lmStudioFindings(
  context: DoctorContext,
  { models }: ProjectModels,
  runtime: RuntimeState,
): Promise<readonly Finding[]> {
  const settings = runtime.address.local ? await lmStudioSettings(context) : undefined;
  if (!settings)
    return [
      skip(
        "whether LM Studio evicts models that requests load cannot be seen; what `ai-rules models load MODEL` loads stays",
      ),
    ];
  const absent = usedModels({ models }).filter((each) => each.runtime === runtime && !each.loaded);
  if (!settings.loadsForRequests && absent.length > 0) return absent.map(notLoaded);
  return [ok(`LM Studio ${lmStudioText(settings)}`)];
}

function notLoaded({ runtime, name, modes }: UsedModel): Trouble {
  const ref = shellWord(formatModelRef({ runtime: runtime.address.id, name }));
  return {
    status: "warn",
    code: "runtime/loads-nothing",
    found: `LM Studio loads no model for a request, and ${name} of ${listed(modes)} is not loaded`,
    why: "each request fails until somebody has loaded it",
    remedy: `run \`ai-rules models load ${ref}\`, or switch on "Just-in-Time Model Loading" in Developer > Server Settings`,
  };
}

function lmStudioText({ loadsForRequests, keepsLastOnly, idleSeconds }: LmStudioSettings): string {
  if (!loadsForRequests) return "loads no model for a request; what is loaded stays";
  const kept = keepsLastOnly ? "keeps the last of them only (auto-evict)" : "keeps them all";
  const idle =
    idleSeconds === undefined ? "" : `, for ${Math.round(idleSeconds / 60)} min without a request`;
  return `loads models for requests, and ${kept}${idle}`;
}
