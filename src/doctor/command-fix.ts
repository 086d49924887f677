import { AiRulesError } from "../core/error.ts";
import { shellWord } from "../core/shell-word.ts";
import { printable } from "../core/text.ts";
import type { Fix } from "./check.ts";

/** A command as a fix and as it is shown: with it in `remedy`, both are one. */
export type CommandFix = Fix & {
  /** As one would type it. */
  readonly command: string;
};

/** A command that is run in the project. */
export function commandFix(file: string, ...args: readonly string[]): CommandFix {
  const command = [file, ...args].map(shellWord).join(" ");
  return {
    command,
    title: command,
    apply: async ({ run }, abort) => {
      const result = await run({ file, args, abort });
      if (result.end === "exited" && result.exit.code === 0) return;
      const words = printable(result.stderr).slice(-200).trim() || result.end;
      throw new AiRulesError({
        code: "doctor/not-fixed",
        message: `\`${command}\` failed: ${words}`,
        remedy: `run \`${command}\` yourself`,
      });
    },
  };
}
