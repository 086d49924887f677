/** `ai-rules models use`: picks the model of a mode, which a running `ai-rules tui` takes over by itself. */
import { AiRulesError } from "../core/error.ts";
import { findInstalled } from "../core/installed-models.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { nearestName } from "../core/nearest-name.ts";
import { printable } from "../core/text.ts";
import type { OptionValues } from "./arguments.ts";
import { describedModel } from "./describe-model.ts";
import { noteFit } from "./fit-note.ts";
import { refusalOf } from "./model-refusal.ts";
import { fitIn, type ModelsSurvey } from "./models-survey.ts";
import { readContext } from "./option-values.ts";
import { pickNotes } from "./pick-notes.ts";
import { type Tools } from "./run-job.ts";
import { pick, resetPick } from "./save-pick.ts";
import { contextOfSettings, withContext } from "./use-context.ts";

type Request = {
  readonly mode: string;
  readonly model?: string | undefined;
  readonly options: OptionValues;
};

/** Picks a model, makes the variant that is asked for, or forgets a pick; resolves to the exit code. */
export async function pickModel(
  tools: Tools,
  survey: ModelsSurvey,
  { mode: typed, model, options }: Request,
): Promise<number> {
  const mode = readMode(typed);
  refuseCommand(survey, mode);
  if (options.reset) return resetPick(tools, survey, { mode, model });
  if (model === undefined) throw noModel(mode);
  const asked = readContext(options.context);
  const name = options.runtime === undefined ? model : within(options.runtime, model);
  if (isOpencodes(survey, { name, yes: options.yes === true })) {
    if (asked !== undefined)
      tools.console.note("note: --context says nothing to a model that OpenCode reaches by itself");
    return pick(tools, survey, { mode, ref: name });
  }
  const found = await describedModel(survey, { name: model, runtime: options.runtime });
  const refusal = await refusalOf(tools, { found, yes: options.yes === true });
  if (refusal !== undefined) return refusal;
  const context = asked ?? contextOfSettings(survey, { mode, found });
  const made =
    context === undefined
      ? { found, code: 0 }
      : await withContext(tools, survey, { found, context });
  if (made.code !== 0) return made.code;
  noteFit(tools, made.found, fitIn(survey.models, { ...made.found, context }));
  for (const note of pickNotes(survey, { mode, found: made.found, context }))
    tools.console.note(`note: ${printable(note)}`);
  return pick(tools, survey, { mode, ref: made.found.ref });
}

function readMode(typed: string): AgentMode {
  const mode = agentModes.find((each) => each === typed.toLowerCase());
  if (mode) return mode;
  const near = nearestName(typed, agentModes);
  throw new AiRulesError({
    code: "usage/mode",
    message: `there is no mode "${printable(typed)}"`,
    remedy: near ? `did you mean ${near}?` : `name one of these: ${agentModes.join(", ")}`,
  });
}

function refuseCommand({ settings }: ModelsSurvey, mode: AgentMode): void {
  const { command } = settings.modes[mode];
  if (!command) return;
  throw new AiRulesError({
    code: "model/no-agent",
    message: `${mode} runs ${printable(command.join(" "))}, which takes no model`,
    remedy: `take modes.${mode}.command out of ai-rules.json or config.json`,
  });
}

function noModel(mode: AgentMode): AiRulesError {
  return new AiRulesError({
    code: "usage/argument",
    message: `\`ai-rules models use ${mode}\` needs MODEL`,
    remedy: "name one that `ai-rules models` lists, or forget the pick with --reset",
  });
}

function within(runtime: string, model: string): string {
  return model.startsWith(`${runtime}/`) ? model : formatModelRef({ runtime, name: model });
}

/** Whether a model is one that OpenCode reaches by itself. */
function isOpencodes(
  { models }: ModelsSurvey,
  { name, yes }: { readonly name: string; readonly yes: boolean },
): boolean {
  if (models.opencodeModels.includes(name)) return true;
  const [provider = "", ...rest] = name.split("/");
  const isOurs = models.addresses.some(({ id }) => id === provider);
  const known = models.opencodeModels.some((ref) => ref.startsWith(`${provider}/`));
  // A provider may have models that no file names; whether this one is among them only it knows.
  return rest.join("/") !== "" && !isOurs && (known || yes) && !isInstalled(models, name);
}

function isInstalled({ runtimes }: ModelsSurvey["models"], name: string): boolean {
  return runtimes.some((runtime) => findInstalled(runtime, name));
}
