/** The table of what can go wrong, made from the source: what is said, and what to do. */
import { join } from "node:path";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { toProblem } from "../../src/core/error.ts";
import { faultCode, faults } from "../../src/nix/faults.ts";
import { type SourceProblem, sourceProblems } from "./source-problems.ts";

type Row = { readonly code: string; readonly message: string; readonly remedy: string };

/** The table in Markdown, ordered by code. */
export function errorTable(): string {
  const rows = [...written(), ...nixFaults(), ...usageMistakes()].sort(byCodeThenWords);
  const lines = rows.map(
    ({ code, message, remedy }) => `| \`${code}\` | ${cell(message)} | ${cell(remedy)} |`,
  );
  return ["| code | it says | fix |", "|---|---|---|", ...new Set(lines), ""].join("\n");
}

function byCodeThenWords(a: Row, b: Row): number {
  const [left, right] = [a.code + a.message, b.code + b.message];
  return left < right ? -1 : Number(left > right);
}

function written(): readonly Row[] {
  return sourceProblems(join(import.meta.dirname, "../../src")).filter(isWritten);
}

function isWritten(problem: SourceProblem): problem is Row {
  return problem.message !== undefined && problem.remedy !== undefined;
}

function nixFaults(): readonly Row[] {
  const context = { what: "…", suggestions: [], shell: "…", system: "…" };
  return faults.map(({ id, message, remedy }) => ({
    code: faultCode(id),
    message: message(context),
    remedy: remedy(context),
  }));
}

/** These are made from what was typed, so something wrong is typed here. */
function usageMistakes(): readonly Row[] {
  return [["tiu"], ["tui", "extra"], ["--shel", "x"]].map((argv) => {
    try {
      throw new Error(`no mistake: ${parseInvocation(argv).type}`);
    } catch (error) {
      return toProblem(error);
    }
  });
}

/** Pipes part columns, and what stands in angle brackets would be taken for HTML. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}
