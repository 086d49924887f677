/** Works out all that `ai-rules init` would do in a project. Writes nothing. */

import { shellWord } from "../core/shell-word.ts";
import type { Files } from "../platform/ports.ts";
import { mixIgnoreLines, newApplication } from "../profiles/new-application.ts";
import type { Profile, ProfileFiles } from "../profiles/profile.ts";
import { type DiskEntry, readDisk } from "../profiles/setup/disk.ts";
import { addIgnoreLines } from "../profiles/setup/ignore-lines.ts";
import { setKeys } from "../profiles/setup/json-merge.ts";
import { besideName, makePlan, type PlannedFile } from "../profiles/setup/plan.ts";
import { type InitRecord, recordPath, recordText } from "../profiles/setup/record.ts";
import { earlierSettings } from "./init-earlier-settings.ts";
import { type FlakeAdvice, ownFlake } from "./init-flake.ts";
import type { InitRequest } from "./init-request.ts";
import { hasOwnFlake, type Survey } from "./init-survey.ts";

export type Prepared = {
  /** Where the files were looked at; they may be written elsewhere. */
  readonly root: string;
  readonly deed: Survey["deed"];
  readonly profile: Profile;
  /** Why this profile, after "because". */
  readonly because: string;
  readonly shell?: { readonly name: string; readonly because: string };
  /** The application that is made. */
  readonly application?: string;
  readonly files: readonly PlannedFile[];
  readonly disk: ReadonlyMap<string, DiskEntry>;
  readonly notes: readonly string[];
  /** What to do to a flake of one's own, where it was not done. */
  readonly advice?: FlakeAdvice;
};

export type Work = {
  /** Where the files are, or are being made. */
  readonly root: string;
  readonly survey: Survey;
  readonly request: InitRequest;
};

/** Works the plan out. */
export async function prepare(files: Files, work: Work): Promise<Prepared> {
  const { root, survey, request } = work;
  const { kind, record, profile, deed, application } = survey;
  const shell = chosenShell(survey, request);
  const named = application ?? record?.application;
  const wanted = wantedFiles(survey, { shell: shell?.name, application: named });
  const scaffold = scaffoldOf(work);
  const flake = hasOwnFlake(survey) ? await ownFlake(files, work) : undefined;
  const earlier = record ? undefined : await earlierSettings(files, root, kind);
  for (const [path, text] of flake?.files ?? []) wanted.set(path, text);
  const recorded: InitRecord["files"] = record?.files ?? new Map();
  const paths = [...new Set([...scaffold.keys(), ...wanted.keys(), ...recorded.keys()])];
  const disk = await readDisk(files, root, [...paths, ...paths.map(besideName), recordPath]);
  const found = new Map([...disk].map(([path, entry]) => [path, entry.found]));
  const plan = makePlan({
    files: wanted,
    recorded,
    disk: found,
    ownFlake: flake?.own,
    adopted: earlier?.adopted,
    shell: request.shell,
  });
  const made = makePlan({ files: scaffold, disk: found });
  const text = recordText({
    profile: profile.name,
    profileVersion: deed === "again" && record ? record.profileVersion : profile.version,
    ...(shell === undefined ? {} : { shell: shell.name }),
    ...(named === undefined ? {} : { application: named }),
    files: plan.recorded,
  });
  return {
    root,
    deed,
    profile,
    because: survey.because,
    ...(shell === undefined ? {} : { shell }),
    ...(application === undefined ? {} : { application }),
    files: [...made.files, ...plan.files, recordFile(disk, text)],
    disk,
    notes: [...notesOf(survey, request), ...(earlier?.notes ?? [])],
    ...(flake?.advice ? { advice: flake.advice } : {}),
  };
}

/** The files of a new application, unless a generator has made its own. */
function scaffoldOf({ survey: { application, profile }, request }: Work): ProfileFiles {
  if (application === undefined || request.generator !== undefined) return new Map();
  return newApplication({ app: application, profile });
}

function chosenShell({ kind, record }: Survey, request: InitRequest): Prepared["shell"] {
  if (request.shell !== undefined) return { name: request.shell, because: "you named it" };
  if (record)
    return record.shell === undefined
      ? undefined
      : { name: record.shell, because: "the project was set up with it" };
  return kind.flake === "own" ? undefined : kind.shell;
}

function wantedFiles(
  { record, deed, files }: Survey,
  {
    shell,
    application,
  }: { readonly shell: string | undefined; readonly application: string | undefined },
): Map<string, string> {
  const wanted = new Map(
    deed === "again" && record
      ? [...record.files].map(([path, { text }]) => [path, text] as const)
      : files,
  );
  const settings = wanted.get("ai-rules.json");
  const direnv = wanted.get(".envrc");
  const ignored = wanted.get(".gitignore");
  if (shell !== undefined && settings !== undefined)
    wanted.set("ai-rules.json", setKeys(settings, { shell }));
  if (shell !== undefined && direnv !== undefined)
    wanted.set(
      ".envrc",
      direnv.replace(/^use flake\b.*$/m, `use flake ${shellWord(`.#${shell}`)}`),
    );
  if (application !== undefined && ignored !== undefined && deed !== "again")
    wanted.set(".gitignore", addIgnoreLines(ignored, mixIgnoreLines(application).join("\n")));
  return wanted;
}

/** The record is the last thing that is written: with it the rest is done. */
function recordFile(disk: Prepared["disk"], text: string): PlannedFile {
  const file = { path: recordPath, target: recordPath };
  const found = disk.get(recordPath)?.found;
  if (found?.type !== "text") return { ...file, action: "create", after: text };
  return found.text === text
    ? { ...file, action: "unchanged" }
    : { ...file, action: "update", before: found.text, after: text };
}

function notesOf({ kind, record, profile, deed }: Survey, request: InitRequest): readonly string[] {
  const isNewer = deed === "again" && record && record.profileVersion < profile.version;
  const newer = `${profile.name} has changed since (version ${profile.version}): \`ai-rules init --update\` brings it here`;
  const unused = request.connect !== undefined && kind.flake !== "own";
  return [
    ...kind.notes,
    ...(isNewer ? [newer] : []),
    ...(unused ? ["--connect is for a flake.nix of your own, and there is none"] : []),
  ];
}
