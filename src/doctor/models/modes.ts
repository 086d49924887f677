import { bestContext, goodContext, leastContext } from "../../core/context-size.ts";
import { memory as memoryText, tokens } from "../../core/format.ts";
import {
  findInstalled,
  findLoaded,
  knowsInstalled,
  runtimeOf,
} from "../../core/installed-models.ts";
import { likelyContext } from "../../core/likely-context.ts";
import type { AgentMode } from "../../core/mode.ts";
import { formatModelRef } from "../../core/model-ref.ts";
import { listed, type UsedModel } from "../../core/model-warning.ts";
import { processorWarning, usedModels } from "../../core/model-warnings.ts";
import type { ModelsState, ModelWish } from "../../core/models.ts";
import { nearestName } from "../../core/nearest-name.ts";
import { type RuntimeState, runtimeTitles } from "../../core/runtime.ts";
import { sourceText } from "../../core/setting-source.ts";
import { shellWord } from "../../core/shell-word.ts";
import { fitIn } from "../../survey/project-models.ts";
import { type Check, type Finding, findingOf, ok, skip, type Trouble } from "../check.ts";
import { projectModels } from "../facts/models.ts";
import { opencodeModes } from "../facts/opencode.ts";

/** The model of each mode: whether it is there, can call tools, has context enough, and fits. */
export const modesCheck: Check = {
  id: "models-modes",
  group: "models",
  title: "each mode's model is there, can call tools, has context enough, and fits",
  timeoutMs: 5000,
  run: async (context) => {
    const { models, problem } = await projectModels(context);
    const modes = await opencodeModes(context);
    if (problem) return [findingOf(problem, { status: "warn", root: context.root })];
    const wished = modes.flatMap((mode) => {
      const wish = models.wishes[mode];
      return wish ? [{ mode, wish }] : [];
    });
    if (wished.length === 0) return [skip("no mode names a model, and no runtime has one")];
    const troubles = [
      ...wished.flatMap((each) => wishTroubles(models, each)),
      ...usedModels({ models }).flatMap((used) => modelTroubles(models, used)),
    ];
    return troubles.length > 0 ? troubles : wished.map((each) => wishText(models, each));
  },
};

type Wished = { readonly mode: AgentMode; readonly wish: ModelWish };

/** Whether the model is there at all. */
function wishTroubles(models: ModelsState, { mode, wish }: Wished): readonly Trouble[] {
  const { model, source, insteadOf } = wish;
  const from = sourceText(source);
  if (insteadOf !== undefined)
    return [
      {
        status: "warn",
        code: "model/instead",
        found: `${mode}: ${insteadOf} is not installed; ${model} (${from}) is used instead`,
        remedy: `install it: \`ai-rules models pull ${shellWord(insteadOf)}\`, or pick another: \`ai-rules models use ${mode} ${shellWord(model)}\``,
      },
    ];
  const found = runtimeOf(models.runtimes, model);
  if (!found || !knowsInstalled(found.runtime)) return [];
  const { runtime, name } = found;
  if (findInstalled(runtime, name) || findLoaded(runtime, name)) return [];
  return [notInstalled({ mode, runtime, name, from })];
}

type Missing = {
  readonly mode: AgentMode;
  readonly runtime: RuntimeState;
  readonly name: string;
  readonly from: string;
};

function notInstalled({ mode, runtime, name, from }: Missing): Trouble {
  const near = nearestName(
    name,
    runtime.installed.map((model) => model.name),
  );
  const ref = formatModelRef({ runtime: runtime.address.id, name });
  const pull = runtime.abilities.pull
    ? `\`ai-rules models pull ${shellWord(ref)}\``
    : "install it there";
  const similar = formatModelRef({ runtime: runtime.address.id, name: near ?? "MODEL" });
  return {
    status: "fail",
    code: "model/not-installed",
    found: `${mode}: ${name} (${from}) is not installed in ${runtimeTitles[runtime.kind]}`,
    why: "OpenCode fails on the first request",
    remedy: `${pull}, or pick another: \`ai-rules models use ${mode} ${shellWord(similar)}\``,
  };
}

/** What is wrong with a model that is there. */
function modelTroubles(models: ModelsState, used: UsedModel): readonly Trouble[] {
  return [
    ...toolTroubles(used),
    ...contextTroubles(models, used),
    ...fitTroubles(models, used),
    ...processorWarning(used, { models }).map(
      ({ text }): Trouble => ({
        status: "warn",
        code: "model/on-cpu",
        found: `a model is not wholly on the GPU: ${text}`,
        remedy:
          "see what else is loaded: `ai-rules models`; unload it, or take a smaller model or context",
      }),
    ),
  ];
}

function toolTroubles({ model, modes, name }: UsedModel): readonly Trouble[] {
  if (model?.tools !== false) return [];
  return [
    {
      status: "fail",
      code: "model/no-tools",
      found: `${listed(modes)}: ${name} cannot call tools`,
      why: "an agent reads and writes files with tools alone; the runtime refuses each request",
      remedy: `pick one with tools, which \`ai-rules models\` lists: \`ai-rules models use ${modes[0]} MODEL\``,
    },
  ];
}

/** The context it has, or will be loaded with. */
function contextTroubles(models: ModelsState, used: UsedModel): readonly Trouble[] {
  const { runtime, model, modes, name } = used;
  if (model?.cloud || (!model && !used.loaded)) return [];
  const { memory } = models;
  const likely = likelyContext({ runtime, model, name, memory, modes });
  // What another machine would give is a guess.
  if (likely.tokens >= goodContext || (!likely.measured && !runtime.address.local)) return [];
  const isShort = model?.maxContext !== undefined && model.maxContext < goodContext;
  const has = likely.measured ? "is loaded with" : "will be loaded with";
  return [
    {
      status: likely.measured && likely.tokens < leastContext ? "fail" : "warn",
      code: "model/small-context",
      found: `${listed(modes)}: ${name} ${has} a context of ${tokens(likely.tokens)}`,
      why: "OpenCode's own prompt and tools take some 10k of it, and what does not fit is dropped without a word",
      remedy: isShort
        ? "pick one that was trained for more: `ai-rules models`"
        : contextRemedy(used),
    },
  ];
}

function contextRemedy({ runtime, modes, name }: UsedModel): string {
  const { abilities, address, kind } = runtime;
  const ref = shellWord(formatModelRef({ runtime: address.id, name }));
  const size = tokens(bestContext);
  const uses = modes.map((mode) => `ai-rules models use ${mode} ${ref} --context ${size}`);
  if (abilities.derive) return `run \`${uses.join(" && ")}\``;
  if (abilities.loadContext) return `run \`ai-rules models load ${ref} --context ${size}\``;
  return kind === "llama-server" || kind === "llama-swap"
    ? `start it with more: \`llama-server -c ${bestContext}\``
    : "start the server with a longer context";
}

/** Whether it goes into the memory, while it is not there yet. */
function fitTroubles(models: ModelsState, used: UsedModel): readonly Trouble[] {
  const { runtime, model, modes, name } = used;
  if (!model || used.loaded?.state === "loaded") return [];
  const fit = fitIn(models, { runtime, model });
  if (fit.verdict !== "will-not-fit" && fit.verdict !== "partly-on-cpu") return [];
  const need = memoryText(fit.needBytes ?? 0);
  const free = memoryText(fit.freeBytes ?? 0);
  const ref = shellWord(formatModelRef({ runtime: runtime.address.id, name }));
  return fit.verdict === "will-not-fit"
    ? [
        {
          status: "warn",
          code: "model/will-not-fit",
          found: `${listed(modes)}: ${name} needs about ${need}, and ${free} are free`,
          why: "it will not load",
          remedy: `see the arithmetic: \`ai-rules models fit ${ref}\`; take a smaller model or context`,
        },
      ]
    : [
        {
          status: "warn",
          code: "model/partly-on-cpu",
          found: `${listed(modes)}: ${name} needs about ${need}, and ${free} are free on the GPU`,
          why: "a part of it will run on the CPU: slow",
          remedy: `see the arithmetic: \`ai-rules models fit ${ref}\`; take a smaller model or context`,
        },
      ];
}

function wishText(models: ModelsState, { mode, wish }: Wished): Finding {
  const { model, source } = wish;
  const found = runtimeOf(models.runtimes, model);
  const from = sourceText(source);
  if (!found) return ok(`${mode}: ${model} (${from}), which OpenCode reaches by itself`);
  const { runtime, name } = found;
  if (!knowsInstalled(runtime))
    return skip(`${mode}: ${model} (${from}); its runtime does not answer`);
  const installed = findInstalled(runtime, name);
  const likely = likelyContext({ runtime, model: installed, name, memory: models.memory });
  return ok(`${mode}: ${model} (${from}), context ${tokens(likely.tokens)}`);
}
