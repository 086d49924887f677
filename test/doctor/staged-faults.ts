/**
 * Faults that are made on purpose: a project and a home of its own, the fault, then the built
 * `ai-rules doctor --json`. What it finds is compared, and where the remedy is a safe command it is
 * run as a person would run it, and has to mend the fault.
 */
import { chmod, mkdir, mkdtemp, readdir, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type DoctorReport, doctorReportSchema } from "../../src/cli/doctor-report-schema.ts";
import type { CommandResult } from "../../src/platform/ports.ts";
import { runCommand } from "../../src/platform/run-command.ts";
import { nixVariables } from "../nix/nix-machine.ts";

export type StagedFault = {
  /** A sentence's end: "an untracked flake.nix". */
  readonly title: string;
  /** Ids of the checks that are run. */
  readonly only: readonly string[];
  /** Makes the fault. */
  readonly stage: (stage: Stage) => Promise<void> | void;
  readonly code: string;
  readonly status: "warn" | "fail";
  /** What the remedy has to say. */
  readonly remedy: string | RegExp;
  /** What has to be in what was found. */
  readonly found?: string | RegExp;
  /**
   * What mends it: the first command in backticks of the remedy, `--fix`, or each of the two. None
   * where the remedy is not safe, or not a command.
   */
  readonly mendedBy?: readonly ("remedy" | "fix")[];
  /** The name of the project's directory. */
  readonly project?: string;
  /** The machine cannot stage it. */
  readonly skip?: boolean;
};

export type Stage = {
  /** Above the project and the home; deleted at the end. */
  readonly directory: string;
  readonly root: string;
  readonly home: string;
  /** First on PATH; empty but for a Nix that was asked for. */
  readonly bin: string;
  /** The environment of the doctor and of all commands; to be changed by the fault. */
  readonly env: Record<string, string>;
  /** Writes a file, by default of the project; makes the directories. */
  readonly write: (path: string, text: string, mode?: number) => Promise<void>;
  /** Puts a program on PATH, before all others: the text of a bash script. */
  readonly program: (name: string, script: string) => Promise<void>;
  /** Takes programs off PATH, all others stay. */
  readonly withoutPrograms: (...names: readonly string[]) => Promise<void>;
  /** Runs a command in the project; throws when it fails. */
  readonly run: (file: string, ...args: readonly string[]) => Promise<CommandResult>;
  /** Node and the built program, as a command begins. */
  readonly command: readonly string[];
  /** Lets a root run the doctor as nobody, who may not write everywhere; others stay who they are. */
  readonly asNobody: () => Promise<void>;
  /** All that is run from now on is run in a folder of the project. */
  readonly moveTo: (folder: string) => void;
  /** Begins the doctor's command with these words. */
  readonly runUnder: (...words: readonly string[]) => void;
  /** Takes another installation than the one that was built here. */
  readonly useInstallation: (directory: string) => void;
  /** Runs `ai-rules` with these arguments. */
  readonly try: (...args: readonly string[]) => Promise<CommandResult>;
  /** Runs `ai-rules doctor --json` with these arguments. */
  readonly doctor: (...args: readonly string[]) => Promise<Examined>;
  /** Started in the background, ended with the stage. */
  readonly background: (file: string, ...args: readonly string[]) => AbortController;
  /** Does something before the directory is deleted. */
  readonly onEnd: (deed: () => void) => void;
  readonly end: () => Promise<void>;
};

export type Examined = {
  readonly code: number | undefined;
  readonly report: DoctorReport;
  /** All warnings and failures. */
  readonly troubles: readonly Trouble[];
};

type Trouble = DoctorReport["checks"][number]["findings"][number] & { readonly id: string };

const built = join(import.meta.dirname, "../..");

/** The lines of NIX_CONFIG that switch flakes on, for a Nix of its own. */
export const flakesOn = "experimental-features = nix-command flakes";

/** Makes a project (a Git repository without a flake) and a home. */
export async function createStage(project = "project"): Promise<Stage> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), "ai-rules-doctor-")));
  const root = join(directory, project);
  const home = join(directory, "home");
  const bin = join(directory, "bin");
  for (const path of [root, home, bin, join(directory, "tmp"), join(directory, "run")])
    await mkdir(path, { mode: 0o700 });
  const nix = nixVariables(directory);
  const env: Record<string, string> = {
    PATH: [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter),
    HOME: home,
    TMPDIR: join(directory, "tmp"),
    XDG_RUNTIME_DIR: join(directory, "run"),
    TERM: "xterm-256color",
    LANG: "C.UTF-8",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_COUNT: "2",
    GIT_CONFIG_KEY_0: "user.name",
    GIT_CONFIG_VALUE_0: "Somebody",
    GIT_CONFIG_KEY_1: "user.email",
    GIT_CONFIG_VALUE_1: "somebody@example.invalid",
    ...nix,
    NIX_CONFIG: `${flakesOn}\n${nix["NIX_CONFIG"]?.replace(/^experimental-features =$/mu, "")}`,
  };
  const deeds: (() => void)[] = [];
  let installation = built;
  let as: readonly string[] = [];
  let cwd = root;
  const run: Stage["run"] = async (file, ...args) => {
    const result = await runCommand({ file, args, cwd, env, timeoutMs: 60_000 });
    if (result.end === "exited" && result.exit.code === 0) return result;
    throw new Error(`${file} ${args.join(" ")}: ${result.end}\n${result.stdout}${result.stderr}`);
  };
  const stage: Stage = {
    directory,
    root,
    home,
    bin,
    env,
    write: async (path, text, mode) => {
      const target = path.startsWith("/") ? path : join(root, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text);
      if (mode !== undefined) await chmod(target, mode);
    },
    program: (name, script) => stage.write(join(bin, name), `#!/bin/bash\n${script}\n`, 0o755),
    withoutPrograms: async (...names) => {
      const links = join(directory, `bin-without-${names.join("-")}`);
      await mkdir(links);
      env["PATH"] = `${bin}:${links}`;
      for (const name of names) await rm(join(bin, name), { force: true });
      for (const from of ["/usr/local/bin", "/usr/bin", "/bin"])
        for (const name of await readdir(from))
          if (!names.includes(name))
            await symlink(join(from, name), join(links, name)).catch(() => {});
    },
    run,
    get command() {
      return [...as, process.execPath, join(installation, "bin/ai-rules.js")];
    },
    asNobody: async () => {
      if (process.getuid?.() !== 0) return;
      await run("chown", "-R", "nobody", directory);
      as = ["setpriv", "--reuid=nobody", "--clear-groups", "--"];
    },
    runUnder: (...words) => {
      as = words;
    },
    moveTo: (folder) => {
      cwd = join(root, folder);
    },
    useInstallation: (path) => {
      installation = path;
    },
    try: (...args) => {
      const [file = "", ...words] = stage.command;
      const timeoutMs = 30_000;
      return runCommand({ file, args: [...words, ...args], cwd, env, timeoutMs });
    },
    doctor: async (...args) => {
      const result = await stage.try("doctor", "--json", ...args);
      return { code: result.exit.code, ...parsed(result) };
    },
    background: (file, ...args) => {
      const end = new AbortController();
      void runCommand({ file, args, cwd, env, abort: end.signal });
      deeds.push(() => end.abort());
      return end;
    },
    onEnd: (deed) => void deeds.push(deed),
    end: async () => {
      for (const deed of deeds) deed();
      // The store is read-only, and a fault may have taken rights away.
      await runCommand({ file: "chmod", args: ["-R", "u+rwX", directory], env });
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
  await run("git", "init", "--quiet");
  return stage;
}

function parsed(result: CommandResult): Pick<Examined, "report" | "troubles"> {
  try {
    const report = doctorReportSchema.parse(JSON.parse(result.stdout));
    const troubles = report.checks.flatMap(({ id, findings }) =>
      findings
        .filter(({ status }) => status === "warn" || status === "fail")
        .map((finding) => ({ ...finding, id })),
    );
    return { report, troubles };
  } catch (cause) {
    throw new Error(`${result.end}\n${result.stdout}\n${result.stderr}`, { cause });
  }
}

/** Tests, one or two for each fault; `nix` is the one on PATH, else that of the machine. */
export function describeFaults(title: string, faults: readonly StagedFault[], nix?: string): void {
  const prepare = async (stage: Stage, fault: StagedFault) => {
    if (nix !== undefined) await stage.program("nix", `exec '${nix}' "$@"`);
    await fault.stage(stage);
  };

  describe(title, () => {
    for (const fault of faults) {
      const test = fault.skip ? it.skip : it;
      test(`names ${fault.title}, and what mends it`, () =>
        onStage(async (stage) => {
          await prepare(stage, fault);
          const found = await expectFault(stage, fault);
          if (fault.mendedBy?.includes("remedy")) await mendByRemedy(stage, fault, found);
        }, fault.project));
      if (!fault.mendedBy?.includes("fix")) continue;
      test(`mends ${fault.title} with --fix`, () =>
        onStage(async (stage) => {
          await prepare(stage, fault);
          await expectFault(stage, fault);
          const { report, troubles } = await stage.doctor("--fix", ...fault.only);
          expect(report.fixed.filter(({ error }) => error !== undefined)).toEqual([]);
          expect(report.fixed.map(({ code }) => code)).toContain(fault.code);
          expect(troubles.map(({ code }) => code)).not.toContain(fault.code);
        }, fault.project));
    }
  });
}

/** Runs something on a stage of its own. */
export async function onStage(
  act: (stage: Stage) => Promise<void>,
  project?: string,
): Promise<void> {
  const stage = await createStage(project);
  try {
    await act(stage);
  } finally {
    await stage.end();
  }
}

async function expectFault(stage: Stage, fault: StagedFault): Promise<Trouble> {
  const { code, report, troubles } = await stage.doctor(...fault.only);
  const found = troubles.find((trouble) => trouble.code === fault.code);
  if (!found)
    throw new Error(`${fault.code} was not found: ${JSON.stringify(report.checks, null, 2)}`);
  expect(found.status).toBe(fault.status);
  expect(code).toBe(troubles.some(({ status }) => status === "fail") ? 1 : 0);
  expect(found.remedy).toMatch(fault.remedy);
  if (fault.found !== undefined) expect(found.found).toMatch(fault.found);
  return found;
}

async function mendByRemedy(
  stage: Stage,
  fault: StagedFault,
  { remedy = "" }: Trouble,
): Promise<void> {
  const command = /`([^`]+)`/u.exec(remedy)?.[1];
  if (command === undefined) throw new Error(`no command in the remedy: ${remedy}`);
  await stage.run("bash", "-c", command);
  const after = await stage.doctor(...fault.only);
  expect(after.troubles.filter(({ code }) => code === fault.code)).toEqual([]);
}
