/**
 * All that can go wrong, made from the source: for each code what it means, what is said, and what to
 * do. Each code has an anchor of its own.
 */
import { join } from "node:path";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { toProblem } from "../../src/core/error.ts";
import { errorAnchor, errorCodes, errorMeanings } from "../../src/core/error-codes.ts";
import { faultCode, faults, unknownFault } from "../../src/nix/faults.ts";
import { type SourceProblem, sourceProblems } from "./source-problems.ts";

export type Row = { readonly code: string; readonly message: string; readonly remedy: string };

/** All codes in Markdown, a section for each subject. */
export function errorList(): string {
  const rows = [...new Map(allRows().map((row) => [JSON.stringify(row), row])).values()];
  const subjects = [...new Set(errorCodes.map(subjectOf))];
  return subjects
    .map((subject) => {
      const codes = errorCodes.filter((code) => subjectOf(code) === subject);
      const entries = codes.map((code) => {
        const said = rows.filter((row) => row.code === code).sort(byWords);
        const lines = said.map((row) => `- ${shown(row.message)}\n  **→ ${shown(row.remedy)}**`);
        const title = `<a id="${errorAnchor(code)}"></a>\`${code}\``;
        return `### ${title}\n\n${errorMeanings[code]}\n\n${lines.join("\n")}\n`;
      });
      return `## ${subject}\n\n${entries.join("\n")}`;
    })
    .join("\n");
}

/** What is said and what to do, for all failures whose words the source gives away. */
export function allRows(): readonly Row[] {
  return [...written(), ...nixFaults(), ...usageMistakes()];
}

function subjectOf(code: string): string {
  return code.slice(0, code.indexOf("/"));
}

function byWords(a: Row, b: Row): number {
  return a.message < b.message ? -1 : Number(a.message > b.message);
}

function written(): readonly Row[] {
  return ["src", "bin"]
    .flatMap((folder) => sourceProblems(join(import.meta.dirname, "../..", folder)))
    .filter(isWritten);
}

function isWritten(problem: SourceProblem): problem is Row {
  return problem.message !== undefined && problem.remedy !== undefined;
}

function nixFaults(): readonly Row[] {
  const context = { what: "…", suggestions: [], shell: "…", system: "…" };
  const named = faults.map((fault) => ({ code: faultCode(fault.id), fault }));
  return [...named, { code: faultCode("unknown"), fault: unknownFault }].map(({ code, fault }) => ({
    code,
    message: fault.message(context),
    remedy: fault.remedy(context),
  }));
}

/** These are made from what was typed, so something wrong is typed here. */
function usageMistakes(): readonly Row[] {
  return [["tiu"], ["tui", "extra"], ["--shel", "x"], ["tui", "--json"]].map((argv) => {
    try {
      throw new Error(`no mistake: ${parseInvocation(argv).type}`);
    } catch (error) {
      return toProblem(error);
    }
  });
}

/** What stands in angle brackets would be taken for HTML. */
function shown(text: string): string {
  return text.replaceAll("<", "&lt;");
}
