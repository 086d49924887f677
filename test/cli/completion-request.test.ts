import { describe, expect, it } from "vitest";
import { commandNames, commandOf, options } from "../../src/cli/commands.ts";
import { readCompletion } from "../../src/cli/completion-request.ts";

function read(line: string) {
  const { words, ...request } = readCompletion(line.split(" "));
  return { ...request, words: words.map(({ word }) => word) };
}

describe("what a half-typed command line wants", () => {
  it("is a command at first, those below it after it", () => {
    expect(read("").words).toEqual(expect.arrayContaining(["tui", "models", "env", "help"]));
    expect(read("").words).not.toContain("models use");
    expect(read("--no-color ").words).toContain("tui");
    expect(read("env ").words).toEqual(["refresh", "diff"]);
    expect(read("models ").words).toContain("use");
    expect(read("tui ").words).toEqual([]);
  });

  it("is an option of the command that is not there yet", () => {
    expect(read("models use --").words).toEqual(
      expect.arrayContaining(["--runtime", "--context", "--yes", "--reset", "--cwd", "--help"]),
    );
    expect(read("models use --yes --").words).not.toContain("--yes");
    expect(read("models use --").words).not.toContain("--shell");
    expect(read("-").words).toContain("--shell");
    expect(read("doctor --only nix --").words).toContain("--only");
    expect(read("tui -- --").words).toEqual([]);
  });

  it.each([
    ["models use ", ["MODE"]],
    ["models use plan ", ["MODEL"]],
    ["models use plan x ", []],
    ["models show --runtime x ", ["MODEL"]],
    ["models show --runtime ", ["--runtime"]],
    ["models show --json ", ["MODEL"]],
    ["completion ", ["SHELL"]],
    ["env --shell ", ["--shell"]],
    ["env refresh --cwd ", ["--cwd"]],
    ["models load --keep-alive ", ["--keep-alive"]],
    ["init ", ["DIR", "PROFILE"]],
    ["init x ", ["PROFILE"]],
    ["doctor nix install ", ["ID"]],
    ["doctor --report ", ["ID", "--report"]],
    ["init x --generator ", ["PROFILE", "--generator"]],
    ["init --generator x ", ["PROFILE"]],
    ["init x --generator=", ["--generator"]],
  ])("is a value: %s", (line, values) => {
    expect(read(line).values).toEqual(values);
  });

  it("is a value behind an equal sign, of the project that --cwd names", () => {
    expect(read("env --cwd=/p --shell=el")).toMatchObject({
      values: ["--shell"],
      prefix: "--shell=",
      typed: "el",
      cwd: "/p",
    });
    expect(read("env --cwd /p --shell el")).toMatchObject({ values: ["--shell"], cwd: "/p" });
  });

  it("is a command's name after help", () => {
    expect(read("help ").words).toContain("models");
    expect(read("help models ").words).toContain("use");
    expect(read("help tui ").words).toEqual([]);
  });

  it("is nothing after what nobody knows", () => {
    expect(read("nonsense ")).toMatchObject({ words: [], values: [] });
  });

  it("names no command or option without a word for people", () => {
    for (const name of commandNames) expect(commandOf(name).summary).not.toBe("");
    for (const { help } of Object.values(options)) expect(help).not.toBe("");
  });
});
