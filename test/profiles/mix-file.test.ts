import { describe, expect, it } from "vitest";
import { readMixFile } from "../../src/profiles/mix-file.ts";

/** A mix.exs with a list of dependencies and, if given, more in its module. */
function mixFile(dependencies: string, more = ""): string {
  return `defmodule Demo.MixProject do
  use Mix.Project
  ${more}

  def project do
    [app: :demo, version: "0.1.0", elixir: "~> 1.17", deps: deps()]
  end

  def application, do: [extra_applications: [:logger], mod: {Demo.Application, []}]

  defp deps do
    ${dependencies}
  end
end
`;
}

describe("the dependencies in a mix.exs", () => {
  it.each<readonly [why: string, dependencies: string, names: readonly string[]]>([
    ["a version", '[{:ash, "~> 3.0"}]', ["ash"]],
    [
      "several lines",
      '[\n  {:ash,\n   "~> 3.0"},\n  {:jason,\n   ">= 0.0.0"}\n]',
      ["ash", "jason"],
    ],
    ["options", '[{:credo, "~> 1.7", only: [:dev, :test], runtime: false}]', ["credo"]],
    ["only options", '[{:demo, in_umbrella: true}, {:ui, path: "../ui"}]', ["demo", "ui"]],
    ["git", '[{:ash, git: "https://example.org/ash.git", tag: "v3"}]', ["ash"]],
    ["tuples in options", '[{:a, "1", system_env: [{"B", "c"}, {:d, "e"}]}]', ["a"]],
    ["a quoted name", '[{:"my-dep", "~> 1.0"}]', ["my-dep"]],
    ["a keyword list", '[ash: "~> 3.0", ecto: [path: "../ecto", only: [:dev]]]', ["ash", "ecto"]],
    ["a version that is computed", '[{:ash, ash_version("~> 3.0")}, {:b, @b}]', ["ash", "b"]],
    ["lists put together", '[{:a, "1"}] ++ [{:b, "1"}]', ["a", "b"]],
    ["a condition", 'if x?(), do: [{:a, "1"}], else: [{:b, "1"}]', ["a", "b"]],
    ["a block", 'list = [{:a, "1"}]\nif x? do\n list ++ [{:b, "1"}]\nelse\n list\nend', ["a", "b"]],
    [
      "names of other things",
      "case x() do\n {:ok, v} -> [{:a, v}]\n {:error, _} -> []\nend",
      ["a"],
    ],
    ["the same one twice", '[{:a, "1", only: :dev}, {:a, "1", only: :test}]', ["a"]],
    ["none", "[]", []],
  ])("are found with %s", (_, dependencies, names) => {
    expect(readMixFile(mixFile(dependencies)).dependencies).toEqual(names);
  });

  it.each([
    ["a comment", '[\n  # {:ash, "~> 3.0"},\n  {:jason, "~> 1.4"} # {:nerves, "1"}\n]'],
    ["a string", '[{:jason, "~> 1.4 {:ash, \\"3\\"}"}]'],
    ["a heredoc", '"""\n{:ash, "~> 3.0"}\n"""\n[{:jason, "~> 1.4"}]'],
    ["a sigil", '~s({:ash, "~> 3.0"})\n[{:jason, "~> 1.4"}]'],
    ["a map", '%{:ash, "1"}\n[{:jason, "~> 1.4"}]'],
    ["a call", 'f(ash: "1")\n[{:jason, "~> 1.4"}]'],
    ["options kept in a variable", 'only = [only: [:dev]]\n[{:jason, "~> 1.4", only}]'],
  ])("are not taken from %s", (_, dependencies) => {
    expect(readMixFile(mixFile(dependencies)).dependencies).toEqual(["jason"]);
  });

  it.each<readonly [why: string, text: string]>([
    ["the project itself", 'def project do\n [app: :demo, deps: [{:ash, "3"}]]\nend'],
    ["a function of one line", 'def project, do: [deps: deps()]\ndefp deps, do: [{:ash, "3"}]'],
    [
      "a function with an argument",
      'def project do\n[deps: deps(Mix.env())]\nend\ndefp deps(:test), do: []\ndefp deps(_) do\n[{:ash, "3"}]\nend',
    ],
    [
      "another function",
      'def project do\n[deps: deps()]\nend\ndefp deps, do: own() ++ []\ndefp own, do: [{:ash, "3"}]',
    ],
    ["an attribute", '@deps [\n{:ash, "3"}\n]\ndef project do\n[deps: @deps]\nend'],
    [
      "deps/0 when the project's list is made elsewhere",
      'use Shared\ndefp deps do\n[{:ash, "3"}]\nend',
    ],
    [
      "functions that call each other for ever",
      'def project, do: [deps: a()]\ndefp a, do: b() ++ [{:ash, "3"}]\ndefp b, do: a()',
    ],
  ])("are found in %s", (_, body) => {
    const text = `defmodule Demo.MixProject do\n${body}\nend\n`;
    expect(readMixFile(text).dependencies).toEqual(["ash"]);
  });

  it("are those of the project, not of another function", () => {
    const other =
      'def aliases do\n [{:ecto, "setup"}]\nend\ndefp releases, do: [demo: [steps: [{:a, 1}]]]';
    expect(readMixFile(mixFile('[{:jason, "~> 1.4"}]', other)).dependencies).toEqual(["jason"]);
  });
});

describe("a mix.exs", () => {
  it("names its application and the Elixir it needs", () => {
    expect(readMixFile(mixFile("[]"))).toEqual({
      application: "demo",
      elixir: "~> 1.17",
      dependencies: [],
      hasTargets: false,
    });
  });

  it("names them through attributes, as Nerves' generator writes it", () => {
    const text = `defmodule Demo.MixProject do
      use Mix.Project
      @app :demo
      @version "0.1.0"
      @all_targets [:rpi4, :bbb]
      def project do
        [
          app: @app,
          version: @version,
          archives: [nerves_bootstrap: "~> 1.13"],
          deps: deps(),
          releases: [{@app, release()}],
          aliases: [{:loadconfig, [&bootstrap/1]}],
          elixir: "~> 1.17 and < 1.20.0"
        ]
      end
      defp deps do
        [{:nerves, "~> 1.10", runtime: false}, {:nerves_system_rpi4, "~> 1.24", targets: :rpi4}]
      end
      def release, do: [steps: [&Nerves.Release.init/1, :assemble], strip_beams: [keep: ["Docs"]]]
    end`;

    expect(readMixFile(text)).toEqual({
      application: "demo",
      elixir: "~> 1.17 and < 1.20.0",
      dependencies: ["nerves", "nerves_system_rpi4"],
      hasTargets: true,
    });
  });

  it("names the folder of an umbrella's applications", () => {
    const text =
      'defmodule U do\ndef project do\n[apps_path: "apps", deps: deps()]\nend\ndefp deps, do: []\nend';
    expect(readMixFile(text)).toEqual({ appsPath: "apps", dependencies: [], hasTargets: false });
  });

  it("takes the project's own entries, not those of a list in it", () => {
    const text =
      'def project do\n[versions: [app: :no, elixir: "no"], app: :yes, elixir: "yes"]\nend';
    expect(readMixFile(text)).toMatchObject({ application: "yes", elixir: "yes" });
  });

  it.each([
    ["is empty", ""],
    ["is rubbish", "\u0000\uFFFD{:ash}\u0007]]]) do do do end"],
    ["breaks off in a string", 'def project do\n[app: "'],
    ["is no Elixir", '{ "deps": [] }'],
    ["computes all", "def project, do: Keyword.merge(base(), own())"],
  ])("that %s gives nothing", (_, text) => {
    expect(readMixFile(text)).toEqual({ dependencies: [], hasTargets: false });
  });

  it.each([
    ["functions without an end", "def deps do {:a, x "],
    ["opened attributes", "@N [{:a, "],
    ["opened lists of dependencies", "def project, do: [deps: ["],
    ["functions that call each other", "def N do M() end "],
  ])("is read at once, however many %s it has", (_, text) => {
    const many = Array.from({ length: 20_000 }, (__, n) =>
      text.replace("N", `a${n}`).replace("M", `a${n + 1}`),
    );
    const before = performance.now();
    expect(readMixFile(many.join(""))).toBeDefined();
    expect(performance.now() - before).toBeLessThan(5000);
  });

  it("is read to its last function when an end is missing", () => {
    const text = 'def project do\n[app: :a, deps: deps()]\ndefp deps do\n[{:jason, "1"}]\nend';
    expect(readMixFile(text)).toMatchObject({ application: "a", dependencies: ["jason"] });
  });

  it.each([
    [
      "with merge marks",
      '<<<<<<< HEAD\n      {:ash, "~> 3.0"},\n=======\n      {:ash, "~> 3.4"},\n>>>>>>> x\n {:jason, "1"}',
    ],
    ["without its last brackets", '[{:ash, "~> 3.0"}, {:jason, "1"}'],
  ])("%s gives what can be read", (_, dependencies) => {
    expect(readMixFile(mixFile(dependencies)).dependencies).toEqual(["ash", "jason"]);
  });
});
