import { dirname } from "node:path";
import { toProblem } from "../../core/error.ts";
import { shellWord } from "../../core/shell-word.ts";
import { openRuntimeDirectory } from "../../project/directories.ts";
import { type Check, type Finding, findingOf, ok, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { tryWriting } from "../facts/writable.ts";

/** Where ai-rules writes. */
export const directoriesCheck: Check = {
  id: "install-directories",
  group: "install",
  title: "the directories that ai-rules writes to",
  timeoutMs: 2000,
  run: async (context) => {
    const { state, environments } = context.directories;
    const found = await Promise.all([
      keptFindings(context, {
        directory: state,
        variable: "XDG_STATE_HOME",
        holds: "picks and logs",
      }),
      keptFindings(context, {
        directory: dirname(environments),
        variable: "XDG_CACHE_HOME",
        holds: "evaluated environments",
      }),
      locks(context),
    ]);
    const findings = found.flat();
    return findings.length === 0
      ? [ok(`${state}, ${dirname(environments)} and the directory of locks can be written to`)]
      : findings;
  },
};

type Kept = {
  readonly directory: string;
  readonly variable: string;
  readonly holds: string;
};

async function keptFindings({ ports }: DoctorContext, wanted: Kept): Promise<readonly Finding[]> {
  const place = await tryWriting(ports, wanted.directory);
  if (place.type === "writable") return [];
  return [place.type === "file" ? noDirectory(wanted, place) : refused(wanted, place)];
}

type Refusal = { readonly path: string; readonly why: string };

function refused(kept: Kept, refusal: Refusal): Trouble {
  const { path, why } = refusal;
  if (/ENOSPC|EDQUOT/u.test(why)) return full(kept, refusal);
  if (/EROFS/u.test(why)) return readOnly(kept, refusal);
  const { directory, holds } = kept;
  return {
    status: "warn",
    code: "install/not-writable",
    found: `${directory} cannot be written to${path === directory ? "" : `, since ${path} cannot`}`,
    why: `${holds} are not kept from one start to the next`,
    remedy: `run \`sudo chown "$(id -u)" ${shellWord(path)} && chmod u+rwx ${shellWord(path)}\``,
    detail: why,
  };
}

function noDirectory({ holds }: Kept, { path }: Pick<Refusal, "path">): Trouble {
  return {
    status: "warn",
    code: "install/no-directory",
    found: `${path} is a file, and a directory is needed there`,
    why: `${holds} are not kept from one start to the next`,
    remedy: `run \`mv ${shellWord(path)} ${shellWord(`${path}.old`)}\``,
  };
}

function full({ variable, holds }: Kept, { path, why }: Refusal): Trouble {
  return {
    status: "warn",
    code: "install/disk-full",
    found: `nothing more can be written to ${path}: its disk is full`,
    why: `${holds} are not kept from one start to the next`,
    remedy: `free some space there, or run \`export ${variable}=DIRECTORY\` with another one`,
    detail: why,
  };
}

function readOnly({ directory, variable, holds }: Kept, { why }: Refusal): Trouble {
  return {
    status: "warn",
    code: "install/read-only",
    found: `${directory} is on a file system that is read-only`,
    why: `${holds} are not kept from one start to the next`,
    remedy: `run \`export ${variable}=DIRECTORY\` with one of yours`,
    detail: why,
  };
}

async function locks({ ports, root }: DoctorContext): Promise<readonly Finding[]> {
  try {
    await openRuntimeDirectory(ports);
    return [];
  } catch (error) {
    const why = "without it no `ai-rules tui` starts";
    return [{ ...findingOf(toProblem(error), { status: "fail", root }), why }];
  }
}
