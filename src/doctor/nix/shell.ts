/** Whether the project's shell evaluates. Nothing is built or downloaded for it but the flake's inputs. */
import { basename, join } from "node:path";
import { moment, took } from "../../core/format.ts";
import { classify } from "../../nix/classify.ts";
import { impatient, withFlakes } from "../../nix/command-options.ts";
import { diagnose } from "../../nix/diagnose.ts";
import { faultCode, faults } from "../../nix/faults.ts";
import { defaultShell, installableOf, nixSystem } from "../../nix/installable.ts";
import type { CommandResult } from "../../platform/ports.ts";
import { type Check, type Finding, findingOf, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { type FoundNix, nixProgram, runNix, succeeded, whyNoNix } from "../facts/nix.ts";
import { projectShell, shellName } from "../facts/project-shell.ts";

/** Time for a diagnosis is left. */
const evaluationMs = 3800;

export const shellCheck: Check = {
  id: "nix-shell",
  group: "nix",
  title: "the project's shell evaluates",
  timeoutMs: 5000,
  run: async (context, abort) => {
    const why = await whyNoNix(context);
    const nix = await nixProgram(context);
    if (why !== undefined || !nix) return [skip(why ?? "")];
    const shell = await projectShell(context);
    if (shell.type === "fresh") {
      const when = moment(shell.shell.evaluatedAt, context.ports.clock.now());
      return [ok(`it evaluated ${when}, and is as it was then`)];
    }
    return evaluate({ context, nix, name: await shellName(context), abort });
  },
};

type Request = {
  readonly context: DoctorContext;
  readonly nix: FoundNix;
  /** Undefined for the default one. */
  readonly name: string | undefined;
  readonly abort: AbortSignal;
};

async function evaluate(request: Request): Promise<readonly Finding[]> {
  const first = await evalShell(request, "--no-update-lock-file");
  // A lock that lacks something is one fault; what is behind it may have another.
  const lock = !succeeded(first) && classify(first.stderr).id === "lock-outdated";
  const second = lock ? await evalShell(request, "--no-write-lock-file") : first;
  // Nix 2.8 gives up on a path with a blank in it; ai-rules then asks it to read the directory.
  const isBadPath = !succeeded(second) && /is not a valid URL/u.test(second.stderr);
  const result = isBadPath ? await evalShell(request, "--no-write-lock-file", "path:") : second;
  return [
    await conclusion(request, result),
    ...(lock ? [await outdated(request, first)] : []),
    ...(isBadPath ? [await badPath(request, second)] : []),
  ];
}

async function conclusion(request: Request, result: CommandResult): Promise<Finding> {
  if (result.end === "timed-out" || result.end === "cancelled")
    return skip("its evaluation takes longer than 4 s: `ai-rules tui` waits for it");
  if (!succeeded(result)) {
    const why = "agents run in the last environment that worked, else in your own";
    return { ...(await failure(request, result, "fail")), why };
  }
  const builder = parseBuilder(result.stdout);
  if (builder !== undefined && basename(builder) !== "bash") return notBash(request);
  return ok(`it evaluates in ${took(result.tookMs)}`);
}

/** A flake without a lock is told by nix-lock. */
async function outdated(request: Request, result: CommandResult): Promise<Finding> {
  const { ports, root } = request.context;
  if (!(await ports.files.status(join(root, "flake.lock"))))
    return skip("its inputs are not locked yet");
  const why = "each evaluation locks anew what is missing, for which it needs a network";
  return { ...(await failure(request, result, "warn")), why };
}

async function badPath(request: Request, result: CommandResult): Promise<Finding> {
  const why = "the whole directory is copied into Nix's store instead";
  return { ...(await failure(request, result, "warn")), why };
}

function evalShell(
  { context, nix, name, abort }: Request,
  lock: "--no-update-lock-file" | "--no-write-lock-file",
  reader: "" | "path:" = "",
): Promise<CommandResult> {
  const args = [
    ...withFlakes,
    ...impatient,
    "eval",
    "--json",
    // A doctor writes nothing into the project.
    lock,
    installableOf(`devShells.${nixSystem(context.ports.host)}.${name ?? defaultShell}`, reader),
    "--apply",
    's: [ s.drvPath (s.builder or "bash") ]',
  ];
  return runNix(context, { file: nix.path, args, abort, timeoutMs: evaluationMs });
}

function parseBuilder(text: string): string | undefined {
  try {
    const [, builder]: unknown[] = JSON.parse(text);
    return typeof builder === "string" ? builder : undefined;
  } catch {
    return undefined;
  }
}

async function failure(
  { context, nix, name }: Request,
  { stderr }: CommandResult,
  status: Trouble["status"],
): Promise<Trouble> {
  const { ports, root } = context;
  const problem = await diagnose(ports, { text: stderr, root, shell: name, nix });
  return findingOf(problem, { status, root });
}

function notBash({ context, name }: Request): Trouble {
  const fault = faults.find(({ id }) => id === "not-bash");
  const shell = name ?? defaultShell;
  const words = { what: "", suggestions: [], shell, system: nixSystem(context.ports.host) };
  return {
    status: "fail",
    code: faultCode("not-bash"),
    found: fault?.message(words) ?? "",
    why: "there is nothing in it that could be entered",
    remedy: fault?.remedy(words) ?? "",
  };
}
