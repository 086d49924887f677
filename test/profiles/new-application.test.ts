import { describe, expect, it } from "vitest";
import { createPorts } from "../../src/platform/real-ports.ts";
import { readMixFile } from "../../src/profiles/mix-file.ts";
import { mixIgnoreLines, newApplication } from "../../src/profiles/new-application.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";

const bare = {
  name: "universal",
  title: "Universal",
  dependencies: [],
  generators: [
    {
      name: "igniter",
      command: ["mix", "igniter.new", "{dir}"],
      tasks: [{ name: "igniter.new", archive: "igniter_new" }],
    },
  ],
} as const;

describe.each(profileNames)("a new application of %s", (name) => {
  it("has the files of a Mix project, and none that the profile has", async () => {
    const { profile, files } = await loadProfile(createPorts(), name);

    const made = newApplication({ app: "my_app", profile });

    expect([...made.keys()]).toEqual([
      ".formatter.exs",
      "README.md",
      "config/config.exs",
      "lib/my_app.ex",
      "lib/my_app/application.ex",
      "mix.exs",
      "test/my_app_test.exs",
      "test/test_helper.exs",
    ]);
    expect([...made.keys()].filter((path) => files.has(path))).toEqual([]);
    for (const text of made.values()) expect(text).toMatch(/^[^\r\t]+[^\s]\n$/u);
  });

  it("depends on the profile's libraries", async () => {
    const { profile } = await loadProfile(createPorts(), name);

    const text = newApplication({ app: "my_app", profile }).get("mix.exs") ?? "";

    for (const { name: library, requirement } of profile.dependencies)
      expect(text).toContain(`{:${library}, "${requirement}"`);
    expect(readMixFile(text)).toEqual({
      application: "my_app",
      elixir: "~> 1.14",
      dependencies: profile.dependencies.map((dependency) => dependency.name),
      hasTargets: false,
    });
  });
});

describe("a new application", () => {
  it("takes a library's options as they stand in the profile", () => {
    const dependencies = [
      { name: "credo", requirement: "~> 1.7", options: "only: :dev, runtime: false" },
      { name: "jason", requirement: "~> 1.4" },
    ];
    const made = newApplication({ app: "demo", profile: { ...bare, dependencies } });
    expect(made.get("mix.exs")).toContain(
      '      {:credo, "~> 1.7", only: :dev, runtime: false},\n      {:jason, "~> 1.4"}\n',
    );
  });

  it("may depend on nothing", () => {
    expect(newApplication({ app: "demo", profile: bare }).get("mix.exs")).toContain(
      "  defp libraries do\n    []\n  end\n",
    );
  });

  it.each<readonly [library: string, setting: string]>([
    ["ash", "ash_domains: []"],
    ["ecto_sql", "ecto_repos: []"],
  ])("tells %s that there is nothing yet", (library, setting) => {
    const dependencies = [{ name: library, requirement: "~> 3.0" }];
    const made = newApplication({ app: "demo", profile: { ...bare, dependencies } });
    expect(made.get("config/config.exs")).toContain(`config :demo,\n  ${setting}\n`);
    expect(newApplication({ app: "demo", profile: bare }).get("config/config.exs")).not.toContain(
      "config :demo",
    );
  });

  it("names the generators of its kind", async () => {
    expect(newApplication({ app: "demo", profile: bare }).get("README.md")).toContain(
      "`ai-rules init NAME universal --generator=igniter` runs `mix igniter.new`, from the archive igniter_new\n",
    );
    const { profile } = await loadProfile(createPorts(), "phoenix-ash");
    const readme = newApplication({ app: "demo", profile }).get("README.md");
    expect(readme).toContain(
      "- `ai-rules init NAME phoenix-ash --generator=phx` runs `mix phx.new`, from the archive phx_new\n" +
        "- `ai-rules init NAME phoenix-ash --generator=igniter` runs `mix igniter.new`, from the archives igniter_new and phx_new\n",
    );
  });

  it("has lines for .gitignore, of its own packages too", () => {
    expect(mixIgnoreLines("demo")).toContain("/_build/");
    expect(mixIgnoreLines("demo")).toContain("/demo-*.tar");
  });
});
