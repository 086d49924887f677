import { goodContext } from "../../core/context-size.ts";
import { tokens } from "../../core/format.ts";
import { usedModels } from "../../core/model-warnings.ts";
import type { RuntimeState } from "../../core/runtime.ts";
import type { Variables } from "../../platform/ports.ts";
import type { ProjectModels } from "../../survey/project-models.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { answering, projectModels } from "../facts/models.ts";
import { portHolder } from "../facts/port-holder.ts";
import { processVariables } from "../facts/process-variables.ts";
import { shellVariables } from "../facts/project-shell.ts";

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
        return runtime.kind === "lmstudio" ? lmStudioFindings() : [];
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
  const holder = await portHolder(context, Number(URL.parse(address.url)?.port || 80));
  const server = holder?.process && (await processVariables(context, holder.process.pid));
  if (!server) return [skip("what Ollama was started with cannot be seen: it is another user's")];
  const { variables: ours } = await shellVariables(context);
  const troubles = [
    ...contextTroubles(server, ours),
    ...loadedTroubles(server, known, runtime),
    ...keepAliveTroubles(server, ours),
  ];
  return troubles.length > 0 ? troubles : [ok(`Ollama was started with ${told(server)}`)];
}

function told(server: Variables): string {
  const names = ["OLLAMA_CONTEXT_LENGTH", "OLLAMA_MAX_LOADED_MODELS", "OLLAMA_KEEP_ALIVE"];
  return names.map((name) => (server[name] ? `${name}=${server[name]}` : `no ${name}`)).join(", ");
}

/** It is the server that reads it, once, when it starts. */
function contextTroubles(server: Variables, ours: Variables): readonly Trouble[] {
  const name = "OLLAMA_CONTEXT_LENGTH";
  const [has, wanted] = [Number(server[name] ?? 0), Number(ours[name] ?? 0)];
  if (wanted > 0 && wanted !== has)
    return [
      {
        status: "warn",
        code: "runtime/variable-not-in-server",
        found: `${name} is ${wanted} here, and the Ollama that runs was started with ${has || "none"}`,
        why: "the server reads it, and only when it starts",
        remedy: `end Ollama, and start it with \`${name}=${wanted} ollama serve\``,
      },
    ];
  if (has === 0 || has >= goodContext) return [];
  return [
    {
      status: "warn",
      code: "runtime/small-context",
      found: `Ollama was started with a context of ${tokens(has)} for all models (${name})`,
      why: "OpenCode's own prompt and tools take some 10k of it",
      remedy: `end Ollama, and start it with \`${name}=65536 ollama serve\``,
    },
  ];
}

function loadedTroubles(
  server: Variables,
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
      remedy: `end Ollama, and start it with \`OLLAMA_MAX_LOADED_MODELS=${used.length} ollama serve\``,
    },
  ];
}

/** Shorter than it takes to read an answer and type the next prompt. */
const shortMs = 60_000;

function keepAliveTroubles(server: Variables, ours: Variables): readonly Trouble[] {
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
      remedy: `end Ollama, and start it with \`${name}=30m ollama serve\``,
    },
  ];
}

/** A Go duration of one unit or a number of seconds; undefined where it is none. */
function durationMs(text: string): number | undefined {
  const [, digits, unit = "s"] = /^(-?\d+(?:\.\d+)?)(ms|s|m|h)?$/u.exec(text.trim()) ?? [];
  const factors: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  return digits === undefined ? undefined : Number(digits) * (factors[unit] ?? 1000);
}

function lmStudioFindings(): readonly Finding[] {
  const command = "`ai-rules models load MODEL`";
  return [
    skip(
      `LM Studio does not tell whether it evicts models that requests load; what ${command} loads stays`,
    ),
  ];
}
