/** Requests whose failures name the runtime that was asked. */
import { AiRulesError } from "../../core/error.ts";
import type { Adapter, AdapterContext } from "../adapter.ts";
import type { RequestOptions, RuntimeAnswer } from "./client.ts";
import { type Asked, noAnswer, statusFault } from "./faults.ts";

export type AskOptions = RequestOptions & {
  /** Takes an answer whose status is no success. */
  readonly accept?: (answer: RuntimeAnswer) => boolean;
};

/** What of an adapter its failures say. */
export type Named = Pick<Adapter, "title" | "startCommand" | "tokenVariable">;

/** Asks; rejects unless the status is a success or the answer is accepted all the same. */
export async function askRuntime(
  named: Named,
  { client }: Pick<AdapterContext, "client">,
  { path, accept, ...options }: AskOptions & { readonly path: string },
): Promise<RuntimeAnswer> {
  const asked = askedOf(named, client.url);
  const answer = await client.request(path, options).catch((error: unknown) => {
    throw options.abort.aborted ? error : noAnswer(error, asked);
  });
  if (isSuccess(answer) || accept?.(answer)) return answer;
  throw statusFault(answer, asked);
}

/** The answer is none that this runtime gives: another program listens there. */
export function strangeAnswer({ title }: Named, url: string): AiRulesError {
  return new AiRulesError({
    code: "runtime/strange-answer",
    message: `what answers at ${url} is not ${title}`,
    remedy: "check the port, or say in ai-rules.json what kind of runtime it is",
  });
}

export function isSuccess({ status }: RuntimeAnswer): boolean {
  return status >= 200 && status < 300;
}

export function askedOf({ title, startCommand, tokenVariable }: Named, url: string): Asked {
  return { url, title, startCommand, tokenVariable };
}
