/** `ai-rules models` and what is below it: asks everybody once, then does one thing. */
import { resolve } from "node:path";
import type { RuntimeState } from "../core/runtime.ts";
import { printable } from "../core/text.ts";
import { rememberModels } from "../project/known-models.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { OptionValues } from "./arguments.ts";
import type { CommandName } from "./commands.ts";
import { describedModel } from "./describe-model.ts";
import type { FoundModel } from "./find-model.ts";
import { knownModels } from "./known-models.ts";
import { loadModel } from "./models-load.ts";
import { pullModel } from "./models-pull.ts";
import { fitReport, jsonText, modelReport, modelsReport } from "./models-report.ts";
import type { ModelReport } from "./models-report-schema.ts";
import { fitText, modelLines } from "./models-show.ts";
import { fitIn, type ModelsSurvey, surveyModels } from "./models-survey.ts";
import { modelsTable } from "./models-table.ts";
import { unloadModel } from "./models-unload.ts";
import { pickModel } from "./models-use.ts";
import { readContext } from "./option-values.ts";
import { placed } from "./placed.ts";
import type { Tools } from "./run-job.ts";

export type ModelsInvocation = {
  readonly command: Extract<CommandName, "models" | `models ${string}`>;
  readonly arguments: readonly string[];
  readonly options: OptionValues;
};

/** Runs one of the commands; resolves to the exit code. */
export async function models(
  tools: Tools,
  invocation: ModelsInvocation,
  cwd: string,
): Promise<number> {
  const survey = await surveyModels(tools.ports, {
    cwd: resolve(cwd, invocation.options.cwd ?? ""),
    details: invocation.command === "models",
  });
  tellNotes(tools, survey);
  await rememberModels(tools.ports, survey.root, survey.models.runtimes.flatMap(knownOf));
  return run(tools, survey, invocation);
}

function knownOf({ address, installed, loaded }: RuntimeState) {
  return knownModels({ id: address.id, installed, loaded });
}

async function run(
  tools: Tools,
  survey: ModelsSurvey,
  { command, options, arguments: [first = "", second] }: ModelsInvocation,
): Promise<number> {
  switch (command) {
    case "models":
      return list(tools, survey, options);
    case "models show":
      return show(tools, survey, { name: first, options });
    case "models fit":
      return fit(tools, survey, { name: first, options });
    case "models use":
      return pickModel(tools, survey, { mode: first, model: second, options });
    case "models load":
      return loadModel(tools, survey, { name: first, options });
    case "models unload":
      return unloadModel(tools, survey, { name: first, options });
    case "models pull":
      return pullModel(tools, survey, { name: first, options });
    default:
      return command satisfies never;
  }
}

function tellNotes({ console }: Tools, { environment, problems }: ModelsSurvey): void {
  for (const problem of problems) console.note(`note: ${placed(problem)}; fix: ${problem.remedy}`);
  if (environment.note !== undefined) console.note(`note: ${printable(environment.note)}`);
}

function list({ console }: Tools, survey: ModelsSurvey, options: OptionValues): number {
  const report = modelsReport(survey);
  console.out(options.json ? [jsonText(report)] : modelsTable(report, { ...console, ...survey }));
  return 0;
}

type Request = { readonly name: string; readonly options: OptionValues };

async function show(
  { console }: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const found = await describedModel(survey, { name, runtime: options.runtime });
  const report = modelReport(survey.models, found);
  if (options.json) console.out([jsonText(report)]);
  else console.out(modelLines(shown(survey, { found, report }), { ...console, ...survey }));
  return 0;
}

type Shown = {
  readonly found: FoundModel;
  readonly report: ModelReport;
};

function shown({ models: known }: ModelsSurvey, { found, report }: Shown) {
  const { runtime, model } = found;
  const { abilities, address, kind } = runtime;
  const byHand =
    abilities.load && !model.cloud
      ? adapters[kind].byHand({ deed: "load", url: address.url, model: model.name })
      : undefined;
  const { tuning } = address;
  const startByHand = tuning && adapters[kind].startByHand?.({ url: address.url, model, tuning });
  return { report, fit: fitIn(known, found), byHand, startByHand };
}

async function fit(
  { console }: Tools,
  survey: ModelsSurvey,
  { name, options }: Request,
): Promise<number> {
  const context = readContext(options.context);
  const found = await describedModel(survey, { name, runtime: options.runtime });
  const result = fitIn(survey.models, { ...found, context });
  if (options.json) console.out([jsonText({ ref: found.ref, ...fitReport(result) })]);
  else console.out(fitText(survey.models, { found, fit: result }));
  return 0;
}
