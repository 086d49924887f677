import { describe, expect, it } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { commandNames } from "../../src/cli/commands.ts";
import { exitCodeOf } from "../../src/cli/exit-codes.ts";
import { commandHelpText, helpText } from "../../src/cli/help.ts";
import { toProblem } from "../../src/core/error.ts";

describe("the command line", () => {
  it("opens the TUI with no command, and when asked to", () => {
    const tui = { type: "run", command: "tui", arguments: [], options: {} };

    expect(parseInvocation([])).toEqual(tui);
    expect(parseInvocation(["tui"])).toEqual(tui);
  });

  it("reads the options of the TUI, before and after the command", () => {
    const read = parseInvocation(["--cwd", "/p", "tui", "--shell=dev", "--no-color", "--debug"]);

    expect(read).toMatchObject({
      options: { cwd: "/p", shell: "dev", "no-color": true, debug: true },
    });
  });

  it.each([
    [["--report"], "", []],
    [["--report", "nix"], "", ["nix"]],
    [["nix", "--report", "--fix"], "", ["nix"]],
    [["--report", "out.tar.gz", "nix"], "out.tar.gz", ["nix"]],
    [["--report", "/tmp/out"], "/tmp/out", []],
    [["--report=out"], "out", []],
    [["--", "--report"], undefined, ["--report"]],
  ])("takes %j as a report to %j of the checks %j", (argv, report, checks) => {
    const read = parseInvocation(["doctor", ...argv]);

    expect(read).toMatchObject({ command: "doctor", arguments: checks });
    expect(read.type === "run" ? read.options.report : "none").toBe(report);
  });

  it.each([
    [["shop", "phoenix-ash", "--generator"], "", ["shop", "phoenix-ash"]],
    [["shop", "--generator", "igniter"], "igniter", ["shop"]],
    [["--generator", "phx", "shop"], "phx", ["shop"]],
    [["--generator=igniter", "shop"], "igniter", ["shop"]],
    [["--generator", "shop"], "", ["shop"]],
    [["shop", "--generator", "nerves"], "", ["shop", "nerves"]],
    [["shop"], undefined, ["shop"]],
  ])("takes %j as a wish for the generator %j, and the arguments %j", (argv, generator, others) => {
    const read = parseInvocation(["init", ...argv]);

    expect(read).toMatchObject({ command: "init", arguments: others });
    expect(read.type === "run" ? read.options.generator : "none").toBe(generator);
  });

  it.each([
    [["--version"], { type: "version" }],
    [["-v", "tui"], { type: "version" }],
    [["help"], { type: "help" }],
    [["--help"], { type: "help" }],
    [["help", "tui"], { type: "help", of: "tui" }],
    [["tui", "--help"], { type: "help", of: "tui" }],
  ])("understands %j", (argv, invocation) => {
    expect(parseInvocation(argv)).toEqual(invocation);
  });

  it.each([
    [["tiu"], "there is no command tiu", "did you mean `ai-rules tui`?"],
    [["deploy"], "there is no command deploy", "run `ai-rules help`"],
    [["--shel", "x"], "there is no option --shel", "did you mean --shell?"],
    [["tui", "extra"], "unexpected argument extra", "run `ai-rules help`"],
    [["help", "tiu"], "there is no command tiu", "did you mean `ai-rules tui`?"],
    [
      ["help", "--shell", "x"],
      "--shell says nothing to `ai-rules help`",
      "run `ai-rules help help`",
    ],
  ])("refuses %j with what to do", (argv, message, remedy) => {
    const problem = problemOf(argv);

    expect(problem).toMatchObject({ message, remedy });
    expect(exitCodeOf(problem)).toBe(2);
  });

  it.each([
    [["use", "plan", "x"], "did you mean `ai-rules models use`?"],
    [["refresh"], "did you mean `ai-rules env refresh`?"],
    [["modles"], "did you mean `ai-rules models`?"],
    [["models", "lod"], "did you mean `ai-rules models load`?"],
    [["env", "dif"], "did you mean `ai-rules env diff`?"],
    [["help", "complation"], "did you mean `ai-rules completion`?"],
    [["completely-different"], "run `ai-rules help`"],
    [["models", "completely-different"], "run `ai-rules help models`"],
    [["env", "--secret"], "did you mean --secrets?"],
    [["config", "edit", "--usr"], "did you mean --user?"],
    [["models", "use", "--rest"], "did you mean --reset?"],
    [["--quite"], "did you mean --quiet?"],
    [["env", "-x"], "run `ai-rules help env`"],
    [["env", "--nothing-like-it"], "run `ai-rules help env`"],
    [["env", "--json=yes"], "write --json alone"],
    [["env", "--shell"], "write --shell NAME"],
    [["env", "--shell", "-x"], 'write it with "=": --shell=-1'],
  ])("says what was meant by %j", (argv, remedy) => {
    expect(problemOf(argv).remedy).toBe(remedy);
  });

  it("takes no option of another command for its own", () => {
    expect(problemOf(["env", "--rest"]).message).toBe("there is no option --rest");
    expect(problemOf(["keys", "--json"]).message).toBe("--json says nothing to `ai-rules keys`");
  });

  it.each([30, 40, 60, 80, 120])("writes its help in lines of at most %i cells", (cols) => {
    const texts = [helpText(cols), ...commandNames.map((name) => commandHelpText(name, cols))];

    // Names of commands with their arguments are never broken.
    for (const line of texts.join("\n").split("\n"))
      if (!/^( {2}|usage: | {7}(?=ai-rules ))\S/.test(line))
        expect(line.length).toBeLessThanOrEqual(cols);
    expect(helpText(cols)).toContain("--shell NAME");
  });

  it("says which option lacks its value", () => {
    expect(problemOf(["--cwd"]).message).toMatch(/--cwd/);
  });

  it("explains every option that it reads", () => {
    for (const option of ["--cwd", "--shell", "--no-color", "--debug", "--version"])
      expect(helpText()).toContain(option);
  });

  it("explains one command with its own options", () => {
    expect(commandHelpText("tui")).toContain("usage: ai-rules tui [options]");
    expect(commandHelpText("tui")).toContain("--shell NAME");
    expect(commandHelpText("help")).not.toContain("--shell");
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
