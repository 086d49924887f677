/** The commands that do what ai-rules does, for people to run themselves. */

import { shellWord } from "../../core/shell-word.ts";
import { variantName } from "../../core/switch-options.ts";
import type { ByHand } from "../adapter.ts";
import { keepAliveBody } from "./ollama-keep-alive.ts";

/** A command for a POSIX shell: `ollama` where it reaches the server by itself, else curl. */
export function ollamaByHand(deed: ByHand): string {
  return ownCommand(deed) ?? curl(deed);
}

/** Only at its default address: elsewhere OLLAMA_HOST would have to say so, in every shell. */
function ownCommand({ deed, url, model }: ByHand): string | undefined {
  const isPlain = /^[\w.:/-]+$/.test(model) && !model.startsWith("-");
  if (!isPlain || url !== "http://127.0.0.1:11434") return undefined;
  if (deed === "unload") return `ollama stop ${model}`;
  return deed === "pull" ? `ollama pull ${model}` : undefined;
}

function curl(by: ByHand): string {
  const { path, body } = requestOf(by);
  return `curl ${shellWord(`${by.url}${path}`)} -d ${shellWord(asciiJson(body))}`;
}

type Request = { readonly path: string; readonly body: unknown };

function requestOf(by: ByHand): Request {
  const { deed, model, keepAlive } = by;
  const kept = keepAlive === undefined ? {} : { keep_alive: keepAliveBody(keepAlive) };
  switch (deed) {
    case "load":
    case "keep-alive":
      return { path: "/api/generate", body: { model, ...kept } };
    case "unload":
      return { path: "/api/generate", body: { model, keep_alive: 0 } };
    case "pull":
      return { path: "/api/pull", body: { model } };
    case "derive":
      return { path: "/api/create", body: derivation(by) };
    default:
      return deed satisfies never;
  }
}

/** `model` is the one to derive from or the one to be made: their names tell each other. */
function derivation({ model, context }: ByHand): unknown {
  const from = model.replace(/-ctx\d+[kM]$/, "");
  if (context === undefined) return { model, from };
  return { model: variantName(from, context), from, parameters: { num_ctx: context } };
}

/** A name may hold anything, and the command will be pasted into a terminal. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
