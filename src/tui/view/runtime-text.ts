/** Runtimes in words: what they are called, whether they answer, where they are. */
import { roughly } from "../../core/format.ts";
import { isMissed } from "../../core/installed-models.ts";
import { runtimeName } from "../../core/model-rows.ts";
import type { ModelsState } from "../../core/models.ts";
import { type RuntimeState, runtimeTitles } from "../../core/runtime.ts";
import type { Glyph } from "../../core/select.ts";
import { printable } from "../../core/text.ts";

/** "Ollama 0.32.15", "gpu-box Ollama 0.24.0". */
export function runtimeTitle(runtime: RuntimeState): string {
  const { address, kind, version } = runtime;
  return [
    runtimeName(runtime),
    ...(address.id === kind ? [] : [runtimeTitles[kind]]),
    ...(version === undefined ? [] : [printable(version)]),
  ].join(" ");
}

/** "192.168.1.20:11434": the address without what goes without saying. */
export function addressText({ address }: RuntimeState): string {
  return printable(address.url.replace(/^http:\/\//, ""));
}

export type ConnectionText = { readonly glyph: Glyph; readonly word: string };

/** Whether a runtime answers, in a glyph and a word. */
export function connectionText({ connection }: RuntimeState, now: number): ConnectionText {
  switch (connection.type) {
    case "probing":
      return { glyph: "starting", word: "asking" };
    case "up":
      return { glyph: "busy", word: "up" };
    case "stale": {
      const age = now - connection.since;
      return { glyph: "idle", word: age < 60_000 ? "stale" : `stale ${roughly(age)}` };
    }
    case "down":
      return { glyph: "error", word: "down" };
    case "wrong-service":
      return { glyph: "error", word: "wrong service" };
    case "needs-token":
      return { glyph: "waiting", word: "needs a token" };
    default:
      return connection satisfies never;
  }
}

/** Nobody asked for it and nothing of its kind answers there: nothing is missing. */
export function isAbsent(runtime: RuntimeState, models: Pick<ModelsState, "wishes">): boolean {
  const { type } = runtime.connection;
  const isOut = type === "probing" || type === "down" || type === "wrong-service";
  return isOut && !isMissed(runtime, models);
}

/** It was asked for and cannot be used. */
export function isInTrouble({ connection: { type } }: RuntimeState): boolean {
  return type === "down" || type === "wrong-service" || type === "needs-token";
}
