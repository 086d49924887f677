/**
 * The mix.exs of a new application. Mix cannot do anything in a project with libraries where Hex is
 * missing, and a fresh machine has neither it nor, perhaps, a network: so this one asks for its
 * libraries only where Hex is there, or where they were fetched before.
 */
import type { Profile, ProfileDependency } from "./profile.ts";

/** How the new application is called, and what it is. */
export type Naming = {
  readonly app: string;
  readonly module: string;
  /** It may run on a device as well. */
  readonly isFirmware: boolean;
};

/** Mix reads preferred targets from `cli/0`, as of 1.15. */
const onHost = `  # Whatever MIX_TARGET says, these run here.
  def cli do
    [preferred_targets: [run: :host, test: :host]]
  end

`;

/** The text of mix.exs. */
export function newMixFile(
  { app, module, isFirmware }: Naming,
  { dependencies }: Pick<Profile, "dependencies">,
): string {
  return `defmodule ${module}.MixProject do
  use Mix.Project

  def project do
    [
      app: :${app},
      version: "0.1.0",
      # What this code needs. A library may need a newer one, and Mix says so.
      elixir: "~> 1.14",
      start_permanent: Mix.env() == :prod,
      aliases: aliases(),
      deps: deps()
    ]
  end

  def application do
    [
      extra_applications: [:logger],
      mod: {${module}.Application, []}
    ]
  end

${isFirmware ? onHost : ""}  # mix setup makes a fresh clone ready. The libraries are fetched by a mix of its own, since
  # this one was started before Hex was there.
  defp aliases do
    [
      setup: ["local.hex --if-missing --force", "cmd mix deps.get"]
    ]
  end

  defp libraries do
    ${list(dependencies)}
  end

  # Mix cannot even compile without Hex where libraries are asked for. So a new application does
  # without them until Hex is there; once they were fetched, mix.lock, they are always asked for.
  defp deps do
    if Code.ensure_loaded?(Hex) or File.exists?(Path.join(__DIR__, "mix.lock")) do
      libraries()
    else
      # Mix reads this file again for a task with an environment of its own, such as mix test.
      unless Process.put(:hex_is_missed, true) do
        IO.puts(:stderr, "Hex is not there, so mix does without libraries: run mix setup once.")
      end

      []
    end
  end
end
`;
}

function list(dependencies: readonly ProfileDependency[]): string {
  if (dependencies.length === 0) return "[]";
  return `[\n${dependencies.map(tuple).join(",\n")}\n    ]`;
}

function tuple({ name, requirement, options }: ProfileDependency): string {
  return `      {:${name}, "${requirement}"${options === undefined ? "" : `, ${options}`}}`;
}
