/** Which of a profile's shells has the Elixir and the OTP that a project is built with. */
import { printable } from "../core/text.ts";
import { type ElixirLine, firstVersionIn, meetsRequirement } from "./elixir-requirement.ts";
import type { Profile } from "./profile.ts";
import { elixirRelease, otpRelease, type ToolVersions } from "./tool-versions.ts";

export type ShellVersions = ElixirLine & { readonly name: string; readonly otp: number };

/** The rows of the profiles' flakes; `test/profiles/choose-shell.test.ts` keeps them alike. */
export const shellVersions: readonly ShellVersions[] = [
  { name: "elixir_1_16", major: 1, minor: 16, otp: 26 },
  { name: "elixir_1_17", major: 1, minor: 17, otp: 27 },
  { name: "elixir_1_18", major: 1, minor: 18, otp: 27 },
  { name: "elixir_1_19", major: 1, minor: 19, otp: 28 },
  { name: "elixir_1_20", major: 1, minor: 20, otp: 28 },
];

/** What a project says about its Elixir. */
export type ElixirWishes = {
  /** What a version manager is told, and the name of the file that says it. */
  readonly toolVersions?: ToolVersions & { readonly file: string };
  /** Requirements in mix.exs, with the names of the files. */
  readonly requirements: readonly { readonly file: string; readonly requirement: string }[];
};

export type ShellChoice = {
  /** Left out where the profile's default will do. */
  readonly shell?: { readonly name: string; readonly because: string };
  readonly notes: readonly string[];
};

/** Chooses by the version manager's file, then by mix.exs; says what differs from what is asked for. */
export function chooseShell(wishes: ElixirWishes, offered: Profile["shells"]): ShellChoice {
  const shells = shellVersions.filter(({ name }) => offered.names.includes(name));
  const usual = shells.find(({ name }) => name === offered.default);
  if (!usual) return { notes: [] };
  const requirements = requirementsIn(wishes);
  const context = { shells, usual, requirements: requirements.valid };
  const byManager = byToolVersions(wishes.toolVersions, context);
  const choice = byManager.shell ? byManager : byRequirements(context);
  return {
    ...(choice.shell ? { shell: choice.shell } : {}),
    notes: [
      ...requirements.notes,
      ...byManager.notes,
      ...(byManager.shell ? contradictions(byManager.shell.name, context) : choice.notes),
    ],
  };
}

type Context = {
  readonly shells: readonly ShellVersions[];
  readonly usual: ShellVersions;
  readonly requirements: ElixirWishes["requirements"];
};

function requirementsIn({ requirements }: ElixirWishes) {
  const isValid = (requirement: string) => firstVersionIn(requirement) !== undefined;
  return {
    valid: requirements.filter(({ requirement }) => isValid(requirement)),
    notes: requirements
      .filter(({ requirement }) => !isValid(requirement))
      .map(
        ({ file, requirement }) => `${file}: Elixir knows no requirement ${quoted(requirement)}`,
      ),
  };
}

function byToolVersions(wanted: ElixirWishes["toolVersions"], context: Context): ShellChoice {
  if (!wanted) return { notes: [] };
  const { file, elixir, erlang } = wanted;
  const otp = erlang === undefined ? undefined : otpRelease(erlang);
  if (elixir === undefined) return byOtp({ file, erlang, otp }, context);
  const newest = context.shells.at(-1);
  if (elixir === "latest" && newest) {
    const because = `${file} asks for the latest Elixir, and the newest shell has ${line(newest)}`;
    return { shell: { name: newest.name, because }, notes: otpNotes(file, otp, newest) };
  }
  const release = elixirRelease(elixir);
  if (!release) {
    const note = `${file} asks for Elixir ${quoted(elixir)}, for which no shell can be named`;
    return { notes: [note] };
  }
  const asked = otp ?? release.otp;
  const nearest = nearestShell(release, context);
  const isThere = nearest.major === release.major && nearest.minor === release.minor;
  const words = `${file} asks for Elixir ${release.text}${asked === undefined ? "" : ` on OTP ${asked}`}`;
  return {
    shell: {
      name: nearest.name,
      because: isThere
        ? words
        : `${words}; no shell has that, and the nearest has ${line(nearest)}`,
    },
    notes: [
      ...(isThere && release.isExact ? [patchNote(release.text, nearest)] : []),
      ...otpNotes(file, asked, nearest),
    ],
  };
}

function patchNote(version: string, { name }: ShellVersions): string {
  return `the shell ${name} has the patch release that flake.lock pins, maybe not ${version}; flake.nix says how to get that very one`;
}

function otpNotes(file: string, otp: number | undefined, shell: ShellVersions): readonly string[] {
  if (otp === undefined || otp === shell.otp) return [];
  return [`${file} asks for OTP ${otp}; the shell ${shell.name} runs on OTP ${shell.otp}`];
}

/** Only Erlang is named: any shell on its OTP whose Elixir meets the requirements will do. */
function byOtp(
  asked: {
    readonly file: string;
    readonly erlang: string | undefined;
    readonly otp: number | undefined;
  },
  { shells, usual, requirements }: Context,
): ShellChoice {
  if (asked.otp === undefined) {
    if (asked.erlang === undefined) return { notes: [] };
    return {
      notes: [
        `${asked.file} asks for Erlang ${quoted(asked.erlang)}, for which no shell can be named`,
      ],
    };
  }
  const fitting = [usual, ...shells].find(
    (shell) => shell.otp === asked.otp && meetsAll(requirements, shell),
  );
  if (!fitting) return { notes: otpNotes(asked.file, asked.otp, usual) };
  const because = `${asked.file} asks for OTP ${asked.otp}, on which the shell ${fitting.name} runs`;
  return { shell: { name: fitting.name, because }, notes: [] };
}

function byRequirements({ shells, usual, requirements }: Context): ShellChoice {
  const refused = requirements.find(({ requirement }) => !meetsRequirement(requirement, usual));
  if (!refused) return { notes: [] };
  const words = `${refused.file} asks for Elixir ${quoted(refused.requirement)}`;
  const fitting = shells.find((shell) => meetsAll(requirements, shell));
  if (fitting) return { shell: { name: fitting.name, because: words }, notes: [] };
  const first = firstVersionIn(refused.requirement) ?? usual;
  const nearest = nearestShell(first, { shells, usual });
  const because = `${words}; no shell has that, and the nearest has ${line(nearest)}`;
  return { shell: { name: nearest.name, because }, notes: [] };
}

/** What mix.exs will refuse in the shell that the version manager's file led to. */
function contradictions(name: string, { shells, requirements }: Context): readonly string[] {
  const shell = shells.find((other) => other.name === name);
  if (!shell) return [];
  return requirements
    .filter(({ requirement }) => !meetsRequirement(requirement, shell))
    .map(
      ({ file, requirement }) =>
        `${file} asks for Elixir ${quoted(requirement)}, which ${line(shell)} is not`,
    );
}

function meetsAll(requirements: Context["requirements"], shell: ShellVersions): boolean {
  return requirements.every(({ requirement }) => meetsRequirement(requirement, shell));
}

/** The shell with the least between its line and the one asked for. */
function nearestShell(
  { major, minor }: ElixirLine,
  { shells, usual }: Pick<Context, "shells" | "usual">,
): ShellVersions {
  const distance = (shell: ShellVersions) =>
    Math.abs((shell.major - major) * 1000 + shell.minor - minor);
  return shells.reduce((best, shell) => (distance(shell) < distance(best) ? shell : best), usual);
}

function line({ major, minor }: ElixirLine): string {
  return `Elixir ${major}.${minor}`;
}

/** What a file says, fit to be shown. */
function quoted(text: string): string {
  return `"${printable(text).slice(0, 60)}"`;
}
