import { join } from "node:path";
import type { Problem } from "../core/error.ts";
import { printableLines } from "../core/text.ts";
import type { Ports } from "../platform/ports.ts";
import { type Classified, classify } from "./classify.ts";
import { type Fault, faultCode, unknownFault } from "./faults.ts";
import type { NixProgram } from "./find-nix.ts";
import { defaultShell, nixSystem } from "./installable.ts";
import { findPosition } from "./position.ts";
import { shellNames } from "./shell-names.ts";

type Failure = {
  /** What Nix wrote, without internal-json. */
  readonly text: string;
  readonly root: string;
  readonly shell: string | undefined;
  readonly nix: NixProgram;
};

type Machine = Pick<Ports, "files" | "run" | "env" | "host">;

/** Nix's own words are cut from the front: the cause stands last. */
const maxDetailLines = 200;

/** Makes a problem of a failed evaluation: named, placed in the project's files, with a remedy. */
export async function diagnose(machine: Machine, failure: Failure): Promise<Problem> {
  const classified = await corrected(machine, failure, classify(failure.text));
  const { what, suggestions, fault = unknownFault } = classified;
  const shell = failure.shell ?? defaultShell;
  const context = { what, suggestions, shell, system: nixSystem(machine.host) };
  const position = await findPosition(machine.files, failure.text, failure.root);
  const detail = printableLines(failure.text).slice(-maxDetailLines).join("\n");
  return {
    code: faultCode(classified.id),
    message: fault.message(context),
    remedy: fault.remedy(context),
    ...(detail === "" ? {} : { detail }),
    ...(position ? { position } : {}),
  };
}

/** What Nix says is wrong where Git is concerned and too little elsewhere: the project knows more. */
async function corrected(
  machine: Machine,
  failure: Failure,
  classified: Classified,
): Promise<Classified> {
  const { root } = failure;
  if (classified.id === "no-shell")
    return { ...classified, suggestions: await shellNames(machine, failure) };
  if (classified.id === "not-tracked" && classified.fault) {
    const exists = await machine.files.status(join(root, classified.what));
    return exists ? classified : { ...classified, fault: { ...classified.fault, ...fileMissing } };
  }
  const vague = ["no-flake", "evaluation", "unknown"].includes(classified.id);
  if (!vague || (await isTracked(machine, root))) return classified;
  return classify("error: Path 'flake.nix' in the repository is not tracked by Git");
}

const fileMissing: Pick<Fault, "message" | "remedy"> = {
  message: ({ what }) => `flake.nix needs ${what}, which is not there`,
  remedy: ({ what }) => `write ${what}, or remove what refers to it`,
};

/** Whether Nix can see flake.nix: true also outside of Git, where it sees everything. */
async function isTracked({ files, run, env }: Machine, root: string): Promise<boolean> {
  if (!(await files.status(join(root, "flake.nix")))) return true;
  const args = ["ls-files", "--error-unmatch", "flake.nix"];
  const result = await run({ file: "git", args, cwd: root, env, timeoutMs: 5000 });
  // 1: Git knows the repository and not the file; 128: there is no repository.
  return !(result.end === "exited" && result.exit.code === 1);
}
