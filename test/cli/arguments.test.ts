import { describe, expect, it } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { helpText } from "../../src/cli/help.ts";
import { toProblem } from "../../src/core/error.ts";

describe("the command line", () => {
  it("opens the TUI with no command, and when asked to", () => {
    const flags = { noColor: false, debug: false };

    expect(parseInvocation([])).toEqual({ type: "tui", flags, implicit: true });
    expect(parseInvocation(["tui"])).toEqual({ type: "tui", flags, implicit: false });
  });

  it("reads the options of the TUI, before and after the command", () => {
    const read = parseInvocation(["--cwd", "/p", "tui", "--shell=dev", "--no-color", "--debug"]);

    expect(read).toMatchObject({
      flags: { cwd: "/p", shell: "dev", noColor: true, debug: true },
    });
  });

  it.each([
    [["--version"], "version"],
    [["-v", "tui"], "version"],
    [["help"], "help"],
    [["--help"], "help"],
  ])("understands %j", (argv, type) => {
    expect(parseInvocation(argv)).toEqual({ type });
  });

  it.each([
    [["tiu"], "there is no command tiu", "did you mean `ai-rules tui`?"],
    [["deploy"], "there is no command deploy", "run `ai-rules help`"],
    [["--shel", "x"], "there is no option --shel", "did you mean --shell?"],
    [["tui", "extra"], "unexpected argument extra", "run `ai-rules help`"],
  ])("refuses %j with what to do", (argv, message, remedy) => {
    const problem = problemOf(argv);

    expect(problem).toMatchObject({ message, remedy });
    expect(exitCodeOf(problem)).toBe(2);
  });

  it("says which option lacks its value", () => {
    expect(problemOf(["--cwd"]).message).toMatch(/--cwd/);
  });

  it("explains every option that it reads", () => {
    for (const option of ["--cwd", "--shell", "--no-color", "--debug", "--version"])
      expect(helpText()).toContain(option);
  });
});

function problemOf(argv: readonly string[]) {
  try {
    parseInvocation(argv);
  } catch (error) {
    return toProblem(error);
  }
  throw new Error(`${argv.join(" ")} was accepted`);
}
