/** All that is known of the models of a project: found out once, from files, variables and the runtimes themselves. */
import type { Problem } from "../core/error.ts";
import { type Fit, fitOf } from "../core/fit.ts";
import { isUsedElsewhere, type ModelsView, modesUsing } from "../core/installed-models.ts";
import { memoryBudget } from "../core/memory-budget.ts";
import { agentModes, byMode } from "../core/mode.ts";
import { resolveWishes, type Wishes } from "../core/model-choice.ts";
import { type ModelsState, noModels } from "../core/models.ts";
import type { InstalledModel, RuntimeAddress, RuntimeState } from "../core/runtime.ts";
import type { Settings } from "../core/settings.ts";
import { agentOf } from "../opencode/mode-config.ts";
import { readOpencodeModels } from "../opencode/opencode-models.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { openRuntimeDirectory } from "../project/directories.ts";
import { usedElsewhere } from "../project/model-uses.ts";
import { readPicks } from "../project/picks.ts";
import { runtimeAddresses } from "../runtimes/addresses.ts";
import { readGuideVariables } from "../runtimes/guide-variables.ts";
import { measureMemory } from "../runtimes/memory/memory.ts";
import { type Survey, surveyRuntimes } from "../runtimes/survey.ts";
import { describeAll } from "./describe-all.ts";

export type ProjectModels = {
  readonly models: ModelsState;
  /** What speaks to a runtime. */
  readonly contextOf: Survey["contextOf"];
  /** What is wrong with the saved picks. */
  readonly problem?: Problem;
};

export type ProjectModelsRequest = {
  /** The project's directory. */
  readonly root: string;
  /** Where its picks are kept. */
  readonly data: string;
  readonly settings: Settings;
  /** Those of the project's development shell, or our own. */
  readonly variables: Variables;
  /** Asks for the details of all models, which takes a request each. */
  readonly details: boolean;
  /** ms until what has not answered is told as being asked still. */
  readonly timeoutMs: number;
};

/** Asks everybody once. */
export async function surveyProjectModels(
  ports: Ports,
  request: ProjectModelsRequest,
): Promise<ProjectModels> {
  const { root, data, settings, variables } = request;
  const addresses = runtimeAddresses({ settings, variables });
  const guide = readGuideVariables(variables);
  const [survey, memory, read, opencode, elsewhere] = await Promise.all([
    ask(ports, { ...request, addresses, modelsPath: guide.modelsPath }),
    measureMemory(ports, memoryBudget(settings, guide)),
    readPicks(ports, data),
    modelsOfOpencode(ports, { root, settings, variables, addresses }),
    usesOfOthers(ports),
  ]);
  const models: ModelsState = {
    ...noModels,
    surveyed: true,
    addresses,
    guide,
    runtimes: survey.runtimes,
    ...(memory ? { memory } : {}),
    picks: read.saved?.picks ?? {},
    recent: read.saved?.recent ?? [],
    opencodeModels: opencode.models,
    opencodeDefaults: opencode.defaults,
    usedElsewhere: elsewhere,
  };
  return {
    models: { ...models, wishes: wishesOf(models, settings) },
    contextOf: survey.contextOf,
    ...(read.problem ? { problem: read.problem } : {}),
  };
}

/** What the modes that run OpenCode are meant to use. */
export function wishesOf(models: ModelsState, settings: Settings): Wishes {
  const all = resolveWishes({ models, settings });
  const modes = agentModes.filter((mode) => settings.modes[mode].command === undefined);
  return Object.fromEntries(modes.flatMap((mode) => (all[mode] ? [[mode, all[mode]]] : [])));
}

type FitQuestion = {
  readonly runtime: RuntimeState;
  readonly model: InstalledModel;
  /** In tokens; without one, what the model would get by itself. */
  readonly context?: number | undefined;
};

/** Whether a model fits here as things are. */
export function fitIn(models: ModelsState, { runtime, model, context }: FitQuestion): Fit {
  const view: ModelsView = { models };
  return fitOf({
    model,
    runtime,
    runtimes: models.runtimes,
    memory: models.memory,
    context,
    usedBy: (other, name) => modesUsing(view, other, name),
    usedElsewhere: (other, name) => isUsedElsewhere(models, other, name),
  });
}

type Asked = Pick<ProjectModelsRequest, "variables" | "details" | "timeoutMs"> & {
  readonly addresses: readonly RuntimeAddress[];
  readonly modelsPath: string | undefined;
};

async function ask(ports: Ports, asked: Asked): Promise<Survey> {
  const { addresses, variables, details, modelsPath, timeoutMs } = asked;
  const tokenOf = ({ tokenVariable }: RuntimeAddress) =>
    tokenVariable === undefined
      ? undefined
      : (variables[tokenVariable] ?? ports.env[tokenVariable]);
  const survey = await surveyRuntimes(ports, {
    addresses,
    tokenOf,
    timeoutMs,
    ...(modelsPath === undefined ? {} : { modelsPath }),
  });
  return details ? { ...survey, runtimes: await describeAll(survey) } : survey;
}

type OpencodeQuestion = Pick<ProjectModelsRequest, "root" | "settings" | "variables"> & {
  readonly addresses: readonly RuntimeAddress[];
};

async function modelsOfOpencode(ports: Ports, question: OpencodeQuestion) {
  const { root, settings, variables, addresses } = question;
  const agents = byMode((mode) => agentOf(mode, settings.modes[mode]));
  try {
    return await readOpencodeModels(ports, { root, environment: variables, agents, addresses });
  } catch (error) {
    ports.log.warn(`OpenCode's configuration is not read: ${String(error)}`);
    return { models: [], defaults: {} };
  }
}

/** What running ai-rules use; where they cannot be found, nobody is known to use anything. */
async function usesOfOthers(ports: Ports): Promise<readonly string[]> {
  try {
    const runtimeDirectory = await openRuntimeDirectory(ports);
    return await usedElsewhere(ports, { runtimeDirectory, runDirectory: "" });
  } catch {
    return [];
  }
}
