/**
 * What has to be done so that a project has what its profile holds. Pure: files as they are, what was
 * written once, what the profile has now; out come actions. What a person wrote is never written over.
 */
import type { ProfileFiles } from "../profile.ts";
import { type Adopted, joinedText, settingsPath, takenFrom, yours } from "./join-text.ts";
import { setKeys } from "./json-merge.ts";
import { lineEndOf, withLineEnd, withPlainEnds } from "./line-ends.ts";
import type { InitRecord, RecordedFile } from "./record.ts";

export const actions = [
  "create",
  "merge",
  "update",
  "remove",
  "beside",
  "keep",
  "unchanged",
] as const;

export type Action = (typeof actions)[number];

/** What is at a path. */
export type Found =
  | { readonly type: "absent" }
  | { readonly type: "text"; readonly text: string }
  /** Something that cannot be read as a text or must not be written to, with the reason. */
  | { readonly type: "unusable"; readonly why: string };

export type PlannedFile = {
  /** From the project's root, as the profile has it. */
  readonly path: string;
  readonly action: Action;
  /** What is written: the path, or `NAME.ai-rules` beside it. */
  readonly target: string;
  /** The text of the target now. */
  readonly before?: string;
  /** The text it gets; absent where nothing is written, or where it is removed. */
  readonly after?: string;
  /** Why, for a person: "you changed it". */
  readonly why?: string;
};

export type PlanRequest = {
  readonly files: ProfileFiles;
  /** What was written once; undefined the first time. */
  readonly recorded?: InitRecord["files"] | undefined;
  /** Every path of the profile and of the record, and each of these with `.ai-rules` behind it. */
  readonly disk: ReadonlyMap<string, Found>;
  /** The flake is the person's own: it stays, and its lock with it. */
  readonly ownFlake?: OwnFlake | undefined;
  /** What another file of the project says of `ai-rules.json`, to be taken over the first time. */
  readonly adopted?: Adopted | undefined;
  /** A shell that was asked for by name: it is set in `ai-rules.json` whatever stands there. */
  readonly shell?: string | undefined;
};

export type OwnFlake = {
  /** The flake with ai-rules in it, where that is wanted and can be done. */
  readonly connected?: string;
  readonly why: string;
};

export type Plan = {
  readonly files: readonly PlannedFile[];
  /** What to record for each path. */
  readonly recorded: InitRecord["files"];
};

/** Where our version of a file goes when a person's stays. */
export function besideName(path: string): string {
  return `${path}.ai-rules`;
}

/** Works out all actions, in the order of the profile's files. */
export function makePlan(request: PlanRequest): Plan {
  const { files, recorded = new Map<string, RecordedFile>() } = request;
  const flake = request.ownFlake && planOwnFlake(request.ownFlake, request.disk);
  const paths = [...new Set([...files.keys(), ...recorded.keys()])].filter(
    (path) => !flake || !flakePaths.includes(path),
  );
  const planned = paths.map((path) => planFile(path, request));
  const all = [...(flake ?? []), ...planned];
  const isOurs = all.find(({ path }) => path === "flake.nix")?.action !== "beside";
  const done = isOurs ? all : all.map(withoutOurLock);
  const record = done.flatMap(({ path, action }) => {
    if (flake && flakePaths.includes(path)) return [];
    const entry = recordOf(action, { theirs: files.get(path), base: recorded.get(path) });
    return entry ? [[path, entry] as const] : [];
  });
  return { files: done, recorded: new Map(record) };
}

/** What the next update compares with: what the file came of, as far as it came from us. */
function recordOf(
  action: Action,
  {
    theirs,
    base,
  }: { readonly theirs: string | undefined; readonly base?: RecordedFile | undefined },
): RecordedFile | undefined {
  if (theirs === undefined) return undefined;
  if (action === "keep") return base;
  // Who settled a conflict by hand did so with all of ours in view.
  return {
    text: theirs,
    beside: action === "beside" ? (base?.beside ?? true) : (base?.beside ?? false),
  };
}

const flakePaths: readonly string[] = ["flake.nix", "flake.lock"];

function planOwnFlake(
  { connected, why }: OwnFlake,
  disk: PlanRequest["disk"],
): readonly PlannedFile[] {
  const found = disk.get("flake.nix");
  const flake = { path: "flake.nix", target: "flake.nix", why };
  if (connected === undefined || found?.type !== "text") return [{ ...flake, action: "keep" }];
  return [{ ...flake, action: "merge", before: found.text, after: connected }];
}

/** A lock belongs to one flake: ours says nothing of another. */
function withoutOurLock(file: PlannedFile): PlannedFile {
  if (file.path !== "flake.lock" || file.action === "unchanged") return file;
  const { path, target } = file;
  return { path, target, action: "keep", why: "it belongs to flake.nix" };
}

function planFile(path: string, request: PlanRequest): PlannedFile {
  const theirs = request.files.get(path);
  const base = request.recorded?.get(path);
  const found = request.disk.get(path) ?? { type: "absent" };
  const file = { path, target: path };
  if (found.type === "unusable") return { ...file, action: "keep", why: found.why };
  if (theirs === undefined) return planDropped(path, { base, found });
  if (base === undefined) return planFirst(path, { theirs, found, request });
  if (found.type === "absent")
    return base.beside
      ? { ...file, action: "unchanged" }
      : { ...file, action: "keep", why: "it was removed since" };
  return planNext(path, { theirs, base, text: found.text, request });
}

type Usable = Exclude<Found, { readonly type: "unusable" }>;

/** The profile has it no more. */
function planDropped(
  path: string,
  { base, found }: { readonly base: RecordedFile | undefined; readonly found: Usable },
): PlannedFile {
  const file = { path, target: path };
  if (found.type === "absent") return { ...file, action: "unchanged" };
  const { text } = found;
  if (!base?.beside && withPlainEnds(text) === base?.text)
    return { ...file, action: "remove", before: text, why: "the profile has it no more" };
  return { ...file, action: "keep", why: "the profile has it no more; it is yours now" };
}

type First = {
  readonly theirs: string;
  readonly found: Usable;
  readonly request: PlanRequest;
};

function planFirst(path: string, { theirs, found, request }: First): PlannedFile {
  const adopted = path === settingsPath ? request.adopted : undefined;
  const file = { path, target: path, ...(adopted ? { why: takenFrom(adopted) } : {}) };
  const whole = adopted ? setKeys(theirs, adopted.settings) : theirs;
  if (found.type === "absent") return { ...file, action: "create", after: whole };
  if (found.text.trim() === "") return changed(file, "merge", { before: found.text, after: whole });
  return joined(path, { text: found.text, theirs, base: undefined, request });
}

type Next = {
  readonly theirs: string;
  readonly base: RecordedFile;
  readonly text: string;
  readonly request: PlanRequest;
};

function planNext(path: string, { theirs, base, text, request }: Next): PlannedFile {
  const file = { path, target: path };
  const plain = withPlainEnds(text);
  if (path === settingsPath && request.shell !== undefined)
    return joined(path, { text, theirs, base: base.text, request });
  if (base.text === theirs || plain === theirs) return { ...file, action: "unchanged" };
  if (base.beside) return beside(path, { theirs, request, why: yours });
  if (plain === base.text) {
    const after = withLineEnd(theirs, lineEndOf(text) ?? "\n");
    return changed(file, "update", { before: text, after });
  }
  return joined(path, { text, theirs, base: base.text, request });
}

type Join = {
  readonly text: string;
  readonly theirs: string;
  /** What was written once; undefined when nothing was. */
  readonly base: string | undefined;
  readonly request: PlanRequest;
};

/** Ours goes into a person's text in the way of its kind, or beside it. */
function joined(path: string, join: Join): PlannedFile {
  const { text, request, theirs } = join;
  const plain = withPlainEnds(text);
  if (plain === theirs && request.shell === undefined)
    return { path, target: path, action: "unchanged" };
  if (/^(<{7}|>{7}) /m.test(plain))
    return path === "flake.lock"
      ? { path, target: path, action: "keep", why: mergeMarks }
      : beside(path, { theirs, request, why: mergeMarks });
  const adopted = join.base === undefined ? request.adopted : undefined;
  const result = joinedText(path, { ...join, text: plain, shell: request.shell, adopted });
  if ("keep" in result) return { path, target: path, action: "keep", why: result.keep };
  if ("refused" in result) return beside(path, { theirs, request, why: result.refused });
  const file = { path, target: path, ...(result.why === undefined ? {} : { why: result.why }) };
  if (result.text === plain) return { ...file, action: "unchanged" };
  const end = lineEndOf(text);
  if (end === undefined) return beside(path, { theirs, request, why: "its lines end in two ways" });
  return changed(file, "merge", { before: text, after: withLineEnd(result.text, end) });
}

const mergeMarks = "it holds the marks of a merge";

type Beside = {
  readonly theirs: string;
  readonly request: PlanRequest;
  readonly why: string;
};

function beside(path: string, { theirs, request, why }: Beside): PlannedFile {
  const target = besideName(path);
  const found = request.disk.get(target) ?? { type: "absent" };
  if (found.type === "unusable") return { path, target: path, action: "keep", why };
  if (found.type === "absent") return { path, target, action: "beside", after: theirs, why };
  if (found.text === theirs) return { path, target, action: "beside", why };
  return { path, target, action: "beside", before: found.text, after: theirs, why };
}

type Texts = { readonly before: string; readonly after: string };

function changed(
  file: { readonly path: string; readonly target: string; readonly why?: string },
  action: Action,
  { before, after }: Texts,
): PlannedFile {
  return before === after ? { ...file, action: "unchanged" } : { ...file, action, before, after };
}
