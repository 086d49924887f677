/** Whether the project's shell evaluates. Nothing is built or downloaded for it but the flake's inputs. */
import { basename } from "node:path";
import { moment, took } from "../../core/format.ts";
import { diagnose } from "../../nix/diagnose.ts";
import { faultCode, faults } from "../../nix/faults.ts";
import { defaultShell, installableOf, nixSystem } from "../../nix/installable.ts";
import type { CommandResult } from "../../platform/ports.ts";
import { type Check, type Finding, findingOf, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import {
  type FoundNix,
  impatient,
  nixProgram,
  succeeded,
  whyNoNix,
  withFlakes,
} from "../facts/nix.ts";
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
      return [ok(`it did as it is now: ${when}`)];
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
  const first = await runNix(request, "");
  // Nix 2.8 gives up on a path with a blank in it; ai-rules then asks it to read the directory.
  const isBadPath = !succeeded(first) && /is not a valid URL/u.test(first.stderr);
  const result = isBadPath ? await runNix(request, "path:") : first;
  const path = isBadPath ? [await failure(request, first, "warn")] : [];
  if (result.end === "timed-out" || result.end === "cancelled")
    return [skip("its evaluation takes longer than 4 s: `ai-rules tui` waits for it"), ...path];
  if (!succeeded(result)) return [await failure(request, result, "fail"), ...path];
  const builder = parseBuilder(result.stdout);
  if (builder !== undefined && basename(builder) !== "bash") return [notBash(request), ...path];
  return [ok(`it evaluates in ${took(result.tookMs)}`), ...path];
}

function runNix({ context, nix, name, abort }: Request, reader: "" | "path:") {
  const args = [
    ...withFlakes,
    ...impatient,
    "eval",
    "--json",
    // A doctor writes nothing into the project.
    "--no-write-lock-file",
    installableOf(`devShells.${nixSystem(context.ports.host)}.${name ?? defaultShell}`, reader),
    "--apply",
    's: [ s.drvPath (s.builder or "bash") ]',
  ];
  return context.run({ file: nix.path, args, abort, timeoutMs: evaluationMs });
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
): Promise<Finding> {
  const { ports, root } = context;
  const problem = await diagnose(ports, { text: stderr, root, shell: name, nix });
  const why =
    status === "fail"
      ? "agents run in the last environment that worked, else in your own"
      : "the whole directory is copied into Nix's store instead";
  return { ...findingOf(problem, { status, root }), why };
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
