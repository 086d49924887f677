import { shellWord } from "../../core/shell-word.ts";
import type { ByHand } from "../adapter.ts";
import { curlPost } from "../curl.ts";

/** LM Studio's own `lms` for the server of this machine, else curl: a command for a POSIX shell. */
export function lmStudioByHand(by: ByHand): string {
  const { deed, model } = by;
  // `lms` finds its server by itself, and a name with anything odd in it is not for a command line.
  const isOwn = by.url === "http://127.0.0.1:1234" && /^[\w@%+=:,./-]+$/.test(model);
  if (!isOwn || model.startsWith("-")) return curl(by);
  const length = by.context === undefined ? "" : ` --context-length ${by.context}`;
  if (deed === "unload") return `lms unload ${shellWord(model)}`;
  return deed === "pull" ? `lms get ${shellWord(model)}` : `lms load ${shellWord(model)}${length}`;
}

function curl({ deed, url, model, context }: ByHand): string {
  if (deed === "unload") return curlPost(`${url}/api/v1/models/unload`, { instance_id: model });
  if (deed === "pull") return curlPost(`${url}/api/v1/models/download`, { model });
  const length = context === undefined ? {} : { context_length: context };
  return curlPost(`${url}/api/v1/models/load`, { model, ...length });
}
