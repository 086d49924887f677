import { describe, expect, it } from "vitest";
import { bashReply, typedWords } from "../../src/cli/shell-words.ts";

/** Bash's own. */
const wordBreaks = " \t\n\"'@><=;|&(:";

describe("a half-typed line of bash", () => {
  it.each([
    ["ai-rules ", ["ai-rules", ""]],
    ["ai-rules  models\tu", ["ai-rules", "models", "u"]],
    ["ai-rules --cwd 'a b' x", ["ai-rules", "--cwd", "a b", "x"]],
    ['ai-rules "a \\" b"', ["ai-rules", 'a " b']],
    ["ai-rules a\\ b", ["ai-rules", "a b"]],
    ["ai-rules '' ", ["ai-rules", "", ""]],
    ["ai-rules 'a\\", ["ai-rules", "a\\"]],
    ["ai-rules a\\", ["ai-rules", "a"]],
    ["ai-rules $(rm x)", ["ai-rules", "$(rm", "x)"]],
  ])("has these words: %s", (line, words) => {
    expect(typedWords(line).words).toEqual(words);
  });

  it.each([
    ["models use plan ollama/qwen3:8", "ollama/qwen3:8b", "8b"],
    ["models use plan olla", "ollama/qwen3:8b", "ollama/qwen3:8b"],
    ["env --shell=", "--shell=elixir", "elixir"],
    ["env --shell=el", "--shell=elixir", "elixir"],
    ["env 'a:b", "a:bc", "a:bc"],
    ["x me@", "me@host", "host"],
    ["x a", "a b$c", "a\\ b\\$c"],
    ["x a\\:b:", "a:b:c", "c"],
  ])("%s is completed by %s: bash puts in %s", (line, word, reply) => {
    expect(bashReply(word, typedWords(line), wordBreaks)).toBe(reply);
  });

  it("is completed by whole words where bash parts them at blanks only", () => {
    expect(bashReply("ollama/qwen3:8b", typedWords("x ollama/qwen3:"), " \t\n")).toBe(
      "ollama/qwen3:8b",
    );
  });
});
