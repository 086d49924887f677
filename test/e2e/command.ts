/** The built program as a command: no terminal, only arguments, variables and what it answers. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import type { Scene } from "./program.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

export type CommandOptions = {
  /** Instead of the scene's; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** A user by number; only root can ask for that. */
  readonly uid?: number;
};

export type Answer = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs `ai-rules ARGS` in a scene's project. */
export function aiRules(
  scene: Scene,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<Answer> {
  return run([process.execPath, binary, ...args], scene, options);
}

/** Runs it in bash, with what stands behind it: `aiRulesWith(scene, ["help"], "| head -n 1")`. */
export async function aiRulesWith(
  scene: Scene,
  args: readonly string[],
  behind: string,
): Promise<Answer> {
  const line = `"$@" ${behind}; exit "\${PIPESTATUS[0]}"`;
  return run(["bash", "-c", line, "bash", process.execPath, binary, ...args], scene, {});
}

function run(
  [file = "", ...args]: readonly string[],
  scene: Scene,
  { env: changed, cwd = scene.project, uid }: CommandOptions,
): Promise<Answer> {
  const merged: Readonly<Record<string, string | undefined>> = { ...scene.env, ...changed };
  const env = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined));
  const identity = uid === undefined ? {} : { uid, gid: uid };
  const child = spawn(file, args, { cwd, env, ...identity, stdio: ["ignore", "pipe", "pipe"] });
  const [out, err] = [child.stdout, child.stderr].map((stream) => {
    const texts: string[] = [];
    stream.setEncoding("utf8").on("data", (text: string) => void texts.push(text));
    return texts;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) =>
      resolve({ code, out: out?.join("") ?? "", err: err?.join("") ?? "" }),
    );
  });
}
