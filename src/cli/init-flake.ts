/** A flake.nix of one's own: what would put ai-rules into it, and whether that is done. */
import { join } from "node:path";
import type { Files } from "../platform/ports.ts";
import { copiedBlocks, copiedFile } from "../profiles/own-flake/copied-blocks.ts";
import { connectFlake, type FlakeChange } from "../profiles/own-flake.ts";
import { yours } from "../profiles/setup/join-text.ts";
import type { OwnFlake } from "../profiles/setup/plan.ts";
import type { InitRequest } from "./init-request.ts";
import type { Survey } from "./init-survey.ts";

export type FlakeAdvice =
  | { readonly type: "change"; readonly before: string; readonly after: string }
  | { readonly type: "by-hand"; readonly why: string; readonly snippet: string };

export type FlakeWork = {
  readonly own: OwnFlake;
  /** What the flake reads besides. */
  readonly files: ReadonlyMap<string, string>;
  readonly advice?: FlakeAdvice;
};

type Work = {
  readonly root: string;
  readonly request: InitRequest;
  readonly survey: Survey;
};

/** Works out what becomes of it. */
export async function ownFlake(files: Files, { root, request, survey }: Work): Promise<FlakeWork> {
  const text = (await files.readText(join(root, "flake.nix")).catch(() => undefined)) ?? "";
  const way = request.connect ?? "input";
  const profileFlake = survey.files.get("flake.nix") ?? "";
  const change = connectFlake(
    text,
    way === "input" ? { way, url: request.url } : { way, profileFlake },
  );
  const work = flakeWork(change, { text, isWanted: request.connect !== undefined });
  // What was copied once is brought up to date like any other file.
  if (survey.record?.files.has(copiedFile) !== true) return work;
  return { ...work, files: new Map([[copiedFile, copiedBlocks(profileFlake)]]) };
}

function flakeWork(
  change: FlakeChange,
  { text, isWanted }: { readonly text: string; readonly isWanted: boolean },
): FlakeWork {
  const none = new Map<string, string>();
  switch (change.type) {
    case "already":
      return { own: { why: "ai-rules is in it already" }, files: none };
    case "by-hand": {
      const { why, snippet } = change;
      const files = isWanted ? change.files : none;
      return { own: { why: yours }, files, advice: { type: "by-hand", why, snippet } };
    }
    case "changed":
      if (isWanted)
        return {
          own: { connected: change.text, why: "ai-rules is put into it" },
          files: change.files,
        };
      return {
        own: { why: yours },
        files: none,
        advice: { type: "change", before: text, after: change.text },
      };
    default:
      return change satisfies never;
  }
}
