/** Models that an agent has no use for. */
import { AiRulesError } from "../core/error.ts";
import { printable } from "../core/text.ts";
import type { FoundModel } from "./find-model.ts";
import { interruptible, type Tools } from "./run-job.ts";

type Checked = { readonly found: FoundModel; readonly yes: boolean };

/** Undefined when the model can be used; else the exit code after the user's no. */
export async function refusalOf(
  tools: Tools,
  { found, yes }: Checked,
): Promise<number | undefined> {
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
