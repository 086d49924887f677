import { shellWord } from "../core/shell-word.ts";

/** A curl command that posts JSON. A name may hold anything, and this is pasted into a terminal. */
export function curlPost(url: string, body: unknown): string {
  const json = JSON.stringify(body).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `curl ${shellWord(url)} -H 'content-type: application/json' -d ${shellWord(json)}`;
}
