/** How ours goes into the text of a person's file: by its kind, or not at all. */
import type { JsonObject } from "../../core/json.ts";
import { addIgnoreLines } from "./ignore-lines.ts";
import { addMissingKeys, setKeys, updateKeys } from "./json-merge.ts";
import { hashMarks, type Marks, markdownMarks, readBlock, withBlock } from "./marked-block.ts";
import { mergeTexts } from "./three-way.ts";

/** The settings of ai-rules, from the project's root. */
export const settingsPath = "ai-rules.json";

/** Why a person's file stays where nothing more can be said. */
export const yours = "it is yours";

/** Settings of another file of the project. */
export type Adopted = { readonly settings: JsonObject; readonly from: string };

export type JoinRequest = {
  readonly text: string;
  readonly theirs: string;
  /** What was written once; undefined when nothing was. */
  readonly base: string | undefined;
  /** To be set in the settings, whatever stands there. */
  readonly shell?: string | undefined;
  /** To be taken over into the settings the first time. */
  readonly adopted?: Adopted | undefined;
};

export type Joined =
  | { readonly text: string; readonly why?: string }
  | { readonly refused: string }
  | { readonly keep: string };

/** Brings ours into the text of a person's file; lines end with "\n". */
export function joinedText(
  path: string,
  { text, theirs, base, shell, adopted }: JoinRequest,
): Joined {
  if (path === "flake.lock") return { keep: base === undefined ? yours : lockChanged };
  if (path.endsWith(".json")) {
    const ofSettings = path === settingsPath ? { shell, adopted } : {};
    return joinedJson(text, { theirs, base, ...ofSettings });
  }
  if (path === ".gitignore") return { text: addIgnoreLines(text, theirs, base) };
  const marks = marksOf(path);
  if (marks) {
    // direnv would enter the shell twice.
    if (path === ".envrc" && base === undefined && /^\s*use[ _]flake\b/m.test(text))
      return { text };
    const block = joinedBlock(text, { theirs, base, marks });
    if (block) return block;
  }
  if (base === undefined) return { refused: yours };
  const merged = mergeTexts({ mine: text, base, theirs });
  return merged === undefined ? { refused: bothChanged } : { text: merged };
}

const bothChanged = "you and the profile changed the same place";
const lockChanged = "it was changed since: `nix flake update` brings it up to date";

function marksOf(path: string): Marks | undefined {
  if (path === "AGENTS.md") return markdownMarks;
  return path === ".envrc" ? hashMarks : undefined;
}

type BlockSides = Pick<JoinRequest, "theirs" | "base"> & { readonly marks: Marks };

/** Undefined where the whole text came from us, so that it is merged as a whole. */
function joinedBlock(text: string, { theirs, base, marks }: BlockSides): Joined | undefined {
  const read = readBlock(text, marks);
  if (read.type === "broken") return { refused: `the marks around our part are damaged` };
  if (read.type === "none")
    return base === undefined ? { text: withBlock(text, theirs, marks) } : undefined;
  if (read.inside === theirs) return { text };
  if (base === undefined) return { refused: "our part in it was changed" };
  if (read.inside === base) return { text: withBlock(text, theirs, marks) };
  const inside = mergeTexts({ mine: read.inside, base, theirs });
  return inside === undefined ? { refused: bothChanged } : { text: withBlock(text, inside, marks) };
}

function joinedJson(
  text: string,
  { theirs, base, shell, adopted }: Omit<JoinRequest, "text">,
): Joined {
  const own = adopted ? addMissingKeys(text, JSON.stringify(adopted.settings, null, 2)) : { text };
  const merged =
    own &&
    (base === undefined
      ? addMissingKeys(own.text, theirs)
      : updateKeys(own.text, { base, theirs }));
  if (!merged) return { refused: "it is not valid JSON" };
  const done = shell === undefined ? merged.text : setKeys(merged.text, { shell });
  const kept = merged.kept.filter((key) => key !== "shell" || shell === undefined);
  if (kept.length > 0)
    return { text: done, why: `your ${kept.join(", ")} ${kept.length > 1 ? "stay" : "stays"}` };
  return adopted ? { text: done, why: takenFrom(adopted) } : { text: done };
}

/** Said of a file with settings of another one. */
export function takenFrom({ from }: Adopted): string {
  return `with the settings of ${from}`;
}
