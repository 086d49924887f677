/**
 * `.ai-rules/init.json`: what `ai-rules init` wrote into a project, so that an update can tell what a
 * person changed since. It belongs into the repository: the update may be run by somebody else.
 */
import { AiRulesError } from "../../core/error.ts";
import { asList, asNumber, asObject, asText, isObject, parseJson } from "../../core/json.ts";
import { type ProfileName, profileNames } from "../profile.ts";

/** From the project's root. */
export const recordPath = ".ai-rules/init.json";

export type InitRecord = {
  readonly profile: ProfileName;
  readonly profileVersion: number;
  /** What was set in `ai-rules.json`, where the profile's own default was not taken. */
  readonly shell?: string;
  /** The application that was made, where one was. */
  readonly application?: string;
  /** What the profile had for each path. */
  readonly files: ReadonlyMap<string, RecordedFile>;
};

export type RecordedFile = {
  readonly text: string;
  /** A person had a file of that name: ours was put beside it. */
  readonly beside: boolean;
};

/** The shape of the file. A newer one may hold what this program would throw away. */
const version = 1;

/** Writes a text as lines, so that a change to it can be read in a commit. */
export function recordText({ files, ...rest }: InitRecord): string {
  const entries = [...files].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const written = entries.map(([path, { text, beside }]) => [
    path,
    { ...(beside ? { beside } : {}), lines: text.split("\n") },
  ]);
  const value = { version, ...rest, files: Object.fromEntries(written) };
  return `${JSON.stringify(value, null, 1)}\n`;
}

/** Reads the file. Throws AiRulesError `profile/record-unreadable`, `profile/record-newer`. */
export function parseRecord(text: string): InitRecord {
  const value = parseJson(text);
  if (!isObject(value)) throw unreadable();
  if ((asNumber(value["version"]) ?? 0) > version)
    throw new AiRulesError({
      code: "profile/record-newer",
      message: `${recordPath} was written by a newer ai-rules`,
      remedy: "update ai-rules, then run it again",
    });
  const profile = profileNames.find((name) => name === value["profile"]);
  const profileVersion = asNumber(value["profileVersion"]);
  if (profile === undefined || profileVersion === undefined) throw unreadable();
  const [shell, application] = [asText(value["shell"]), asText(value["application"])];
  const files = Object.entries(asObject(value["files"])).map(([path, entry]) => {
    const { lines, beside } = asObject(entry);
    const texts = asList(lines).map((line) => asText(line) ?? "");
    return [path, { text: texts.join("\n"), beside: beside === true }] as const;
  });
  return {
    profile,
    profileVersion,
    ...(shell === undefined ? {} : { shell }),
    ...(application === undefined ? {} : { application }),
    // A path that leaves the project or goes to Git's own files cannot have been written by us.
    files: new Map(files.filter(([path]) => !/^\/|(^|\/)\.(\.|git)(\/|$)/i.test(path))),
  };
}

function unreadable(): AiRulesError {
  return new AiRulesError({
    code: "profile/record-unreadable",
    message: `${recordPath} is not what ai-rules wrote there; it may hold the marks of a merge`,
    remedy: `take one side of it (\`git checkout --ours ${recordPath}\`), or remove it: init then adds what is missing`,
  });
}
