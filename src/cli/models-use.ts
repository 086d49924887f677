/** `ai-rules models use`: picks the model of a mode, which a running `ai-rules tui` takes over by itself. */
import { AiRulesError } from "../core/error.ts";
import { tokens } from "../core/format.ts";
import { findInstalled, sharesWeights } from "../core/installed-models.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { formatModelRef } from "../core/model-ref.ts";
import { nearestName } from "../core/nearest-name.ts";
import type { InstalledModel } from "../core/runtime.ts";
import { variantName } from "../core/switch-options.ts";
import { printable } from "../core/text.ts";
import { noPicks, readPicks, writePicks } from "../project/picks.ts";
import { adapters } from "../runtimes/adapters.ts";
import type { OptionValues } from "./arguments.ts";
import { describedModel } from "./describe-model.ts";
import type { FoundModel } from "./find-model.ts";
import { noteFit, readContext } from "./models-load.ts";
import { fitIn, type ModelsSurvey, wishesOf } from "./models-survey.ts";
import { whyText } from "./models-table.ts";
import { pickNotes } from "./pick-notes.ts";
import { interruptible, runJob, type Tools } from "./run-job.ts";

type Request = {
  readonly mode: string;
  readonly model?: string | undefined;
  readonly options: OptionValues;
};

/** Resolves to the exit code. */
export async function pickModel(
  tools: Tools,
  survey: ModelsSurvey,
  { mode: typed, model, options }: Request,
): Promise<number> {
  const mode = readMode(typed);
  refuseCommand(survey, mode);
  if (options.reset) return resetPick(tools, survey, { mode, model });
  if (model === undefined) throw noModel(mode);
  const name = options.runtime === undefined ? model : within(options.runtime, model);
  if (isOpencodes(survey, { name, yes: options.yes === true }))
    return pick(tools, survey, { mode, ref: name });
  const found = await describedModel(survey, { name: model, runtime: options.runtime });
  const refusal = await refusalOf(tools, { found, yes: options.yes === true });
  if (refusal !== undefined) return refusal;
  const context = readContext(options.context);
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

type Checked = { readonly found: FoundModel; readonly yes: boolean };

/** Undefined when the model can be used; else the exit code after the user's no. */
async function refusalOf(tools: Tools, { found, yes }: Checked): Promise<number | undefined> {
  const { model, ref } = found;
  if (!model.chat)
    throw new AiRulesError({
      code: "model/no-chat",
      message: `${printable(ref)} answers no chats: it makes embeddings`,
      remedy: "pick another one: `ai-rules models`",
    });
  if (model.tools !== false || yes) return undefined;
  const { console } = tools;
  const { ask } = console;
  const message = `${printable(ref)} cannot call tools: an agent can neither read nor write with it`;
  if (!ask)
    throw new AiRulesError({
      code: "model/no-tools",
      message,
      remedy: "pick one with tools, or add --yes to use it all the same",
    });
  console.note(message);
  const { answer } = await interruptible(tools, async (abort) => ({
    answer: await ask("use it all the same?", abort).catch(() => undefined),
  }));
  if (answer) return undefined;
  console.note("nothing was changed");
  return answer === undefined ? 130 : 1;
}

type Wanted = { readonly found: FoundModel; readonly context: number };
type Made = { readonly found: FoundModel; readonly code: number };

/** The model with that context: itself, a variant that is there, a new one, or a load that asks for it. */
async function withContext(tools: Tools, survey: ModelsSurvey, wanted: Wanted): Promise<Made> {
  const { found, context } = wanted;
  const { runtime, model } = found;
  if (model.maxContext !== undefined && context > model.maxContext)
    throw new AiRulesError({
      code: "model/context-too-long",
      message: `${printable(found.ref)} was trained for a context of ${tokens(model.maxContext)}, not ${tokens(context)}`,
      remedy: `give --context ${tokens(model.maxContext)} or less`,
    });
  if (model.ownContext === context) return { found, code: 0 };
  if (runtime.abilities.derive) return derive(tools, survey, wanted);
  if (!runtime.abilities.loadContext)
    throw new AiRulesError({
      code: "runtime/cannot",
      message: `${adapters[runtime.kind].title} has its context from its start`,
      remedy: `start it with that context: \`${adapters[runtime.kind].startCommand}\``,
    });
  const code = await runJob(tools, {
    survey,
    runtime: runtime.address.id,
    deed: { type: "load", model: model.name, context },
    title: `loading ${printable(found.ref)} with a context of ${tokens(context)}`,
    cancelled: "nothing was picked",
  });
  return { found, code };
}

async function derive(
  tools: Tools,
  survey: ModelsSurvey,
  { found, context }: Wanted,
): Promise<Made> {
  const { runtime, model } = found;
  const name = variantName(model.name, context);
  const there =
    findInstalled(runtime, name) ??
    runtime.installed.find((other) => other.ownContext === context && sharesWeights(other, model));
  if (there) return { found: foundAs(found, { ...there, ownContext: context }), code: 0 };
  const code = await runJob(tools, {
    survey,
    runtime: runtime.address.id,
    deed: { type: "derive", from: model.name, model: name, context },
    title: `making ${printable(name)}, no weights are copied`,
    cancelled: "nothing was picked",
  });
  return { found: foundAs(found, { ...model, name, ownContext: context }), code };
}

function foundAs({ runtime }: FoundModel, model: InstalledModel): FoundModel {
  const ref = formatModelRef({ runtime: runtime.address.id, name: model.name });
  return { runtime, model, ref };
}

async function pick(
  { ports, console }: Tools,
  survey: ModelsSurvey,
  { mode, ref }: { readonly mode: AgentMode; readonly ref: string },
): Promise<number> {
  // Read again: a running TUI may have picked since.
  const { saved = noPicks } = await readPicks(ports, survey.data);
  await writePicks(ports, survey.data, {
    picks: { ...saved.picks, [mode]: { model: ref, fresh: true } },
    recent: [ref, ...saved.recent.filter((other) => other !== ref)].slice(0, 10),
  }).catch(cannotSave);
  console.out([`${mode}: ${printable(ref)}`]);
  return 0;
}

async function resetPick(
  { ports, console }: Tools,
  survey: ModelsSurvey,
  { mode, model }: { readonly mode: AgentMode; readonly model: string | undefined },
): Promise<number> {
  if (model !== undefined)
    throw new AiRulesError({
      code: "usage/argument",
      message: "--reset takes no MODEL",
      remedy: `run \`ai-rules models use ${mode} --reset\``,
    });
  const { saved = noPicks } = await readPicks(ports, survey.data);
  const { [mode]: gone, ...picks } = saved.picks;
  if (gone) await writePicks(ports, survey.data, { ...saved, picks }).catch(cannotSave);
  else console.note(`note: nothing was picked for ${mode}`);
  const wish = wishesOf({ ...survey.models, picks, wishes: {} }, survey.settings)[mode];
  const what = wish ? `${printable(wish.model)} (${whyText(wish.source)})` : "none";
  console.out([`${mode}: ${what}`]);
  return 0;
}

function cannotSave(error: unknown): never {
  throw new AiRulesError(
    {
      code: "state/picks-unwritable",
      message: `the pick cannot be saved: ${error instanceof Error ? error.message : String(error)}`,
      remedy: "make the state directory (~/.local/state/ai-rules) writable, or free some space",
    },
    { cause: error },
  );
}
