/**
 * The files of a new application: a Mix project that compiles as it is, on Elixir 1.14 and newer,
 * without a network and without Hex. The profile's libraries stand in its mix.exs.
 */
import { moduleName } from "./application-name.ts";
import { type Naming, newMixFile } from "./new-mix-file.ts";
import type { Profile } from "./profile.ts";

export type NewApplication = {
  /** As `applicationName` gives it. */
  readonly app: string;
  readonly profile: Pick<Profile, "name" | "title" | "dependencies" | "generators">;
};

/** The files of a new application: relative path with `/` -> text. */
export function newApplication(request: NewApplication): ReadonlyMap<string, string> {
  const { app, profile } = request;
  const naming = { app, module: moduleName(app), isFirmware: profile.name === "nerves" };
  return new Map([
    [".formatter.exs", formatter],
    ["README.md", readme(naming, profile)],
    ["config/config.exs", config(naming, profile)],
    [`lib/${app}.ex`, library(naming)],
    [`lib/${app}/application.ex`, application(naming)],
    ["mix.exs", newMixFile(naming, profile)],
    [`test/${app}_test.exs`, libraryTest(naming)],
    ["test/test_helper.exs", "ExUnit.start()\n"],
  ]);
}

/** The lines that `mix new` has in its .gitignore, to be merged with the profile's. */
export function mixIgnoreLines(app: string): readonly string[] {
  return [
    "/_build/",
    "/cover/",
    "/deps/",
    "/doc/",
    "/tmp/",
    "erl_crash.dump",
    "*.ez",
    `/${app}-*.tar`,
  ];
}

const formatter = `[
  inputs: ["{mix,.formatter}.exs", "{config,lib,test}/**/*.{ex,exs}"]
]
`;

function config(
  { app, isFirmware }: Naming,
  { dependencies }: Pick<Profile, "dependencies">,
): string {
  const has = (wanted: string) => dependencies.some(({ name }) => name === wanted);
  const entries = [
    ...(isFirmware ? ["target: config_target()"] : []),
    ...(has("ecto_sql") ? ["ecto_repos: []"] : []),
    ...(has("ash") ? ["ash_domains: []"] : []),
  ];
  const own = entries.length > 0 ? `config :${app},\n  ${entries.join(",\n  ")}\n\n` : "";
  return `# Read before anything is compiled. What is known only on the machine that runs the application
# belongs into config/runtime.exs.
import Config

${own}config :logger, level: if(config_env() == :test, do: :warning, else: :info)
`;
}

function library({ module }: Naming): string {
  return `defmodule ${module} do
  @moduledoc """
  Documentation for \`${module}\`.
  """

  @doc """
  Hello world.

  ## Examples

      iex> ${module}.hello()
      :world

  """
  def hello do
    :world
  end
end
`;
}

function application(naming: Naming): string {
  const { module, isFirmware } = naming;
  return `defmodule ${module}.Application do
  @moduledoc false

  use Application

  @impl true
  def start(_type, _args) do
    ${isFirmware ? "children = children(target())" : startless(module)}

    # https://hexdocs.pm/elixir/Supervisor.html tells of other strategies and options.
    opts = [
      strategy: :one_for_one,
      name: ${module}.Supervisor
    ]

    Supervisor.start_link(children, opts)
  end
${isFirmware ? byTarget(naming) : ""}end
`;
}

function startless(module: string): string {
  return `children = [
      # {${module}.Worker, arg}
    ]`;
}

function byTarget({ app, module }: Naming): string {
  return `
  @doc """
  What it was compiled for: \`:host\`, or what MIX_TARGET named.
  """
  def target do
    Application.fetch_env!(:${app}, :target)
  end

  defp children(:host) do
    [
      # {${module}.Simulation, arg}
    ]
  end

  defp children(_target) do
    [
      # {${module}.Hardware, arg}
    ]
  end
`;
}

function libraryTest({ module, isFirmware }: Naming): string {
  return `defmodule ${module}Test do
  use ExUnit.Case
  doctest ${module}

  test "its supervisor runs" do
    assert ${module}.Supervisor
           |> Process.whereis()
           |> is_pid()
  end
${isFirmware ? targetTest(module) : ""}end
`;
}

function targetTest(module: string): string {
  return `
  test "its target is the one it is compiled for" do
    assert ${module}.Application.target() == Mix.target()
  end
`;
}

function readme({ module, isFirmware }: Naming, profile: NewApplication["profile"]): string {
  return `# ${module}

An application in Elixir, set up by ai-rules with the profile ${profile.name} (${profile.title}).

    nix develop      # the shell with Elixir and all the rest; direnv enters it by itself
    mix setup        # Hex and the libraries, once
    mix test
    iex -S mix
    ai-rules tui     # the agents

Before \`mix setup\` it compiles as well, without the libraries that \`mix.exs\` names.
${isFirmware ? firmware : ""}${generated(profile)}`;
}

const firmware = `
\`MIX_TARGET=rpi4 mix compile\` compiles it for a device, and \`lib/*/application.ex\` then starts other
children. Tests run on the host.
`;

function generated({ name, generators }: NewApplication["profile"]): string {
  const lines = generators.map(({ name: generator, command, tasks }) => {
    const archives = tasks.map(({ archive }) => archive);
    const has = archives.length === 1 ? "the archive" : "the archives";
    return `- \`ai-rules init NAME ${name} --generator=${generator}\` runs \`${command.slice(0, 2).join(" ")}\`, from ${has} ${archives.join(" and ")}`;
  });
  return `
It is the least that compiles. A generator makes more:

${lines.join("\n")}
`;
}
