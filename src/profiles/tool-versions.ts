/** The files in which asdf and mise are told which Elixir and Erlang a project is built with. */

export type ToolVersions = {
  /** As it stands there: "1.17.3-otp-27", "latest", "ref:main". */
  readonly elixir?: string;
  readonly erlang?: string;
};

/** The files' names, with what reads them: the first that names a version counts. */
export const toolVersionReaders: readonly (readonly [
  name: string,
  read: (text: string) => ToolVersions,
])[] = [
  [".tool-versions", readToolVersions],
  ["mise.toml", readMise],
  [".mise.toml", readMise],
];

/** Reads `.tool-versions`: a tool and its versions a line, of which the first is the one in use. */
export function readToolVersions(text: string): ToolVersions {
  const rows = text.split(/\r?\n/).map((line) => line.replace(/#.*/u, "").trim().split(/\s+/));
  return versionsOf(rows.map(([tool = "", version = ""]) => ({ tool, version })));
}

const section = /^\s*\[([^\]]*)\]\s*(?:#.*)?$/u;
const assignment = /^\s*([^=#]+?)\s*=\s*(.*)$/u;

/** Reads the table `tools` of a `mise.toml`, as far as it holds a version, a list or an inline table. */
export function readMise(text: string): ToolVersions {
  const rows: { tool: string; version: string }[] = [];
  let table = "";
  // A list may go on over several lines; its first version may stand below its name.
  const whole = text.replace(/\[\s*\r?\n\s*(?=["'])/gu, "[");
  for (const line of whole.split(/\r?\n/)) {
    table = section.exec(line)?.[1]?.replace(/["'\s]/gu, "") ?? table;
    const [, key = "", value = ""] = assignment.exec(line) ?? [];
    const path = `${table}.${key.replace(/["'\s]/gu, "")}`.replace(/^\./u, "");
    const tool = /^tools\.(?:core:)?([a-z]+)(?:\.version)?$/u.exec(path)?.[1];
    if (tool !== undefined) rows.push({ tool, version: firstVersion(value) });
  }
  return versionsOf(rows);
}

/** The version in `"1.17"`, `["1.17", "1.16"]` and `{ version = "1.17", postinstall = "..." }`. */
function firstVersion(value: string): string {
  const inTable = /^\{.*?\bversion\s*=\s*(["'])(.*?)\1/u.exec(value)?.[2];
  return inTable ?? /^\[?\s*(["'])(.*?)\1/u.exec(value)?.[2] ?? "";
}

function versionsOf(rows: readonly { readonly tool: string; readonly version: string }[]) {
  const of = (name: string) => rows.find(({ tool, version }) => tool === name && version !== "");
  const [elixir, erlang] = [of("elixir")?.version, of("erlang")?.version];
  return {
    ...(elixir === undefined ? {} : { elixir }),
    ...(erlang === undefined ? {} : { erlang }),
  };
}

export type ElixirRelease = {
  readonly major: number;
  readonly minor: number;
  /** The version as far as it is an Elixir's: "1.17.3", "1.17". */
  readonly text: string;
  /** It names one release, not a line of them. */
  readonly isExact: boolean;
  /** The OTP it was compiled for, where it says so. */
  readonly otp?: number;
};

/** The release that a version names; a commit, a path or `system` names none. */
export function elixirRelease(version: string): ElixirRelease | undefined {
  const pattern =
    /^(?:latest:|prefix:)?v?((\d{1,3})\.(\d{1,3})(\.\d{1,3}(?:-(?!otp)[a-z]+\.\d+)?)?)(?:-otp-(\d{1,3}))?$/u;
  const [, text, major, minor, patch, otp] = pattern.exec(version) ?? [];
  if (text === undefined) return undefined;
  return {
    major: Number(major),
    minor: Number(minor),
    text,
    isExact: patch !== undefined,
    ...(otp === undefined ? {} : { otp: Number(otp) }),
  };
}

/** The OTP that a version of Erlang is, also of its Git tag: "27.1.2", "ref:OTP-27.1". */
export function otpRelease(version: string): number | undefined {
  const found = /^(?:latest:|prefix:|ref:)?(?:OTP-)?(\d{2,3})(?:\.\d+)*(?:-rc\d+)?$/u.exec(version);
  return found ? Number(found[1]) : undefined;
}
