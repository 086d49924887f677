/** Keeps the model picked for a mode, or forgets it. */
import { AiRulesError } from "../core/error.ts";
import { type AgentMode } from "../core/mode.ts";
import { printable } from "../core/text.ts";
import { noPicks, readPicks, writePicks } from "../project/picks.ts";
import { type ModelsSurvey, wishesOf } from "./models-survey.ts";
import { type Tools } from "./run-job.ts";
import { whyText } from "./source-text.ts";

/** Writes the pick down and tells it; resolves to the exit code. */
export async function pick(
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

/** Forgets the pick and tells what holds then; resolves to the exit code. */
export async function resetPick(
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
