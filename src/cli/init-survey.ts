/** What is known of a project before it is worked out what `ai-rules init` would do there. */
import { basename, join } from "node:path";
import { AiRulesError } from "../core/error.ts";
import type { Ports } from "../platform/ports.ts";
import { applicationName } from "../profiles/application-name.ts";
import { loadProfile, type Profile, type ProfileFiles } from "../profiles/profile.ts";
import { type ProjectKind, recognise } from "../profiles/recognise.ts";
import { type InitRecord, parseRecord, recordPath } from "../profiles/setup/record.ts";
import { checkShell, type InitRequest } from "./init-request.ts";

export type Survey = {
  readonly kind: ProjectKind;
  readonly record: InitRecord | undefined;
  readonly profile: Profile;
  readonly files: ProfileFiles;
  readonly because: string;
  /** What kind of run it is: the project is made, set up, looked at again, brought up to date. */
  readonly deed: "create" | "set-up" | "again" | "update";
  readonly application?: string;
};

/** Throws AiRulesError `usage/...`, `profile/...`. */
export async function surveyProject(
  ports: Pick<Ports, "files" | "host">,
  root: string,
  request: InitRequest,
): Promise<Survey> {
  const [kind, recorded] = await Promise.all([
    recognise(ports, root),
    ports.files.readText(join(root, recordPath)),
  ]);
  const record = recorded === undefined ? undefined : parseRecord(recorded);
  const name = request.profile ?? record?.profile ?? kind.suggested;
  const { profile, files } = await loadProfile(ports, name);
  checkVersion(record, { profile, request });
  if (!hasOwnFlake({ kind, record })) checkShell(request.shell, profile);
  const because =
    request.profile !== undefined
      ? "you named it"
      : record
        ? "the project was set up with it"
        : kind.because;
  const deed = record ? (request.update ? "update" : "again") : kind.empty ? "create" : "set-up";
  const survey = { kind, record, profile, files, because, deed } as const;
  if (deed !== "create") return survey;
  return { ...survey, application: newName(request, profile) };
}

/** Whether the flake is a person's own: what came from us stays ours, however it was changed. */
export function hasOwnFlake({ kind, record }: Pick<Survey, "kind" | "record">): boolean {
  return kind.flake === "own" && record?.files.has("flake.nix") !== true;
}

function checkVersion(
  record: InitRecord | undefined,
  { profile, request }: { readonly profile: Profile; readonly request: InitRequest },
): void {
  if (!record) {
    if (!request.update) return;
    throw new AiRulesError({
      code: "profile/no-record",
      message: `there is nothing to update: ${recordPath} is not there`,
      remedy: "set the project up first: `ai-rules init`",
    });
  }
  if (record.profile !== profile.name && !request.update)
    throw new AiRulesError({
      code: "profile/other",
      message: `this project was set up with the profile ${record.profile}`,
      remedy: `to change it to ${profile.name}, add --update`,
    });
  if (record.profile === profile.name && record.profileVersion > profile.version && request.update)
    throw new AiRulesError({
      code: "profile/record-newer",
      message: `this project has version ${record.profileVersion} of ${profile.name}, and this ai-rules only version ${profile.version}`,
      remedy: "update ai-rules, then run it again",
    });
}

function newName(request: InitRequest, profile: Profile): string {
  const { directory, typed = directory, profile: named } = request;
  const libraries = profile.dependencies.map(({ name }) => name);
  const name = applicationName(
    basename(typed) === basename(directory) ? typed : directory,
    libraries,
  );
  if (typeof name === "string") return name;
  const remedy = named === undefined ? name.remedy : `${name.remedy} ${named}`;
  throw new AiRulesError({ ...name, remedy });
}
