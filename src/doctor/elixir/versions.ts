import { meetsRequirement } from "../../profiles/elixir-requirement.ts";
import { recognise } from "../../profiles/recognise.ts";
import { elixirRelease, otpRelease } from "../../profiles/tool-versions.ts";
import { type Check, type Finding, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { mixProject } from "../facts/mix-project.ts";
import { hasFlake } from "../facts/nix.ts";
import { type ShellVariables, shellVariables } from "../facts/project-shell.ts";

/** Elixir and OTP as programs in the project have them, beside what the project asks for. */
export const versionsCheck: Check = {
  id: "elixir-versions",
  group: "elixir",
  title: "the Elixir of the shell beside .tool-versions and mix.exs",
  timeoutMs: 5000,
  run: async (context) => {
    const { isMix, toolVersions } = await mixProject(context);
    if (!isMix && !toolVersions) return [skip("no mix.exs and no .tool-versions")];
    const shell = await shellVariables(context);
    if (shell.type === "own" && shell.why.includes("not evaluated"))
      return [skip(`${shell.why}: \`ai-rules tui\` does it`)];
    const { variables: env } = shell;
    const result = await context.run({ file: "elixir", args: ["--version"], env, timeoutMs: 4500 });
    if (result.end === "not-found" || result.end === "not-executable")
      return [notFound(shell, await hasFlake(context))];
    const has = parseVersions(result.stdout);
    if (!has) return [silent(result.end, result.stderr || result.stdout)];
    const findings = await compared(context, has);
    const on = has.otp === undefined ? "" : ` on OTP ${has.otp}`;
    return findings.length === 0 ? [ok(`Elixir ${has.elixir}${on}`)] : findings;
  },
};

type Versions = {
  readonly elixir: string;
  /** Absent where it does not say. */
  readonly otp?: string;
  readonly major: number;
  readonly minor: number;
};

/** "Erlang/OTP 27 [erts-15.2]", and below "Elixir 1.17.3 (compiled with Erlang/OTP 27)". */
function parseVersions(text: string): Versions | undefined {
  const elixir = /^elixir (\d+\.\d+(?:\.\d+)?(?:-(?!otp)[\w.]+)?)/imu.exec(text)?.[1];
  if (elixir === undefined) return undefined;
  const otp = /^Erlang\/OTP (\d+)/mu.exec(text)?.[1] ?? /-otp-(\d+)/u.exec(text)?.[1];
  const [major = 0, minor = 0] = elixir.split(".").map(Number);
  return { elixir, major, minor, ...(otp === undefined ? {} : { otp }) };
}

function notFound({ type, variables }: ShellVariables, isFlake: boolean): Trouble {
  const inShell = type === "shell";
  return {
    status: "fail",
    code: "elixir/not-found",
    found: inShell ? "the project's shell has no Elixir" : "there is no Elixir on PATH",
    why: "agents can neither compile nor test anything",
    remedy: inShell
      ? "add `beam.packages.erlang_27.elixir_1_17` to the shell in flake.nix"
      : type === "failed"
        ? "mend the project's shell first: `ai-rules doctor nix`"
        : isFlake
          ? "install Nix, with which the project's shell is made: https://nixos.org/download"
          : "run `ai-rules init`: it gives the project a shell that has one",
    ...(variables["PATH"] === undefined ? {} : { detail: `PATH=${variables["PATH"]}` }),
  };
}

function silent(end: string, words: string): Trouble {
  return {
    status: "fail",
    code: "elixir/not-started",
    found: `Elixir does not say its version: ${end}`,
    why: "agents can neither compile nor test anything",
    remedy: "run `elixir --version` in the project's shell to see why",
    ...(words === "" ? {} : { detail: words }),
  };
}

async function compared(context: DoctorContext, has: Versions): Promise<readonly Finding[]> {
  const { requirements, toolVersions } = await mixProject(context);
  const refused = requirements.filter(
    ({ requirement }) => meetsRequirement(requirement, has) === false,
  );
  const remedy = await shellRemedy(context);
  return [
    ...refused.map((asked) => versionRefused(asked, has, remedy)),
    ...(toolVersions ? differences(toolVersions, has, remedy) : []),
  ];
}

function versionRefused(
  { file, requirement }: { readonly file: string; readonly requirement: string },
  has: Versions,
  remedy: string,
): Trouble {
  return {
    status: "fail",
    code: "elixir/version-refused",
    found: `${file} asks for Elixir ${requirement}, and this is ${has.elixir}`,
    why: "Mix refuses to compile",
    remedy: remedy || "take that version in flake.nix, or ask for this one",
  };
}

const differenceMatters =
  "what it compiles here does not run there, and the formatter and warnings differ";

/** Another patch of the same line is what a lock is for, and nothing to speak of. */
function differences(
  { file, elixir, erlang }: ToolVersions,
  has: Versions,
  remedy: string,
): readonly Finding[] {
  const release = elixir === undefined ? undefined : elixirRelease(elixir);
  const otp = erlang === undefined ? release?.otp : otpRelease(erlang);
  const isOtherLine = release && (release.major !== has.major || release.minor !== has.minor);
  const [askedOtp, hasOtp] = [otp === undefined ? undefined : String(otp), has.otp];
  return [
    ...(isOtherLine ? [otherElixir({ file, asked: release.text, has: has.elixir, remedy })] : []),
    ...(askedOtp !== undefined && hasOtp !== undefined && askedOtp !== hasOtp
      ? [otherOtp({ file, asked: askedOtp, has: hasOtp, remedy })]
      : []),
  ];
}

type Difference = {
  readonly file: string;
  readonly asked: string;
  readonly has: string;
  readonly remedy: string;
};

function otherElixir({ file, asked, has, remedy }: Difference): Trouble {
  return {
    status: "warn",
    code: "elixir/version-differs",
    found: `${file} asks for Elixir ${asked}, and this is ${has}`,
    why: differenceMatters,
    remedy: remedy || "take that version in flake.nix, or ask for this one",
  };
}

function otherOtp({ file, asked, has, remedy }: Difference): Trouble {
  return {
    status: "warn",
    code: "elixir/otp-differs",
    found: `${file} asks for OTP ${asked}, and this is OTP ${has}`,
    why: differenceMatters,
    remedy: remedy || "take that version in flake.nix, or ask for this one",
  };
}

type ToolVersions = NonNullable<Awaited<ReturnType<typeof mixProject>>["toolVersions"]>;

/** A profile's flake has a shell for each line of Elixir; empty where there is nothing to name. */
async function shellRemedy(context: DoctorContext): Promise<string> {
  const kind = await recognise(context.ports, context.root);
  if (kind.flake === "none") return "run `ai-rules init`: it gives the project a shell of its own";
  const name = kind.flake === "ours" ? kind.shell?.name : undefined;
  if (name === undefined) return "";
  return `set "shell": "${name}" in ai-rules.json, or try \`ai-rules tui --shell ${name}\``;
}
