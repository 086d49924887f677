import { describe, expect, it } from "vitest";
import { applicationName, moduleName } from "../../src/profiles/application-name.ts";

function remedyFor(directory: string, libraries?: readonly string[]): string | undefined {
  const name = applicationName(directory, libraries);
  return typeof name === "string" ? undefined : name.remedy;
}

describe("the name of an application", () => {
  it.each([
    ["demo", "demo"],
    ["my_app", "my_app"],
    ["app2", "app2"],
    ["web_3_d", "web_3_d"],
    ["a", "a"],
    ["tests/demo/", "demo"],
    ["/srv/My Apps/demo", "demo"],
    ["x".repeat(50), "x".repeat(50)],
  ])("is that of the directory %s", (directory, name) => {
    expect(applicationName(directory)).toBe(name);
  });

  it.each([
    ["my-app", "my_app"],
    ["MyApp", "my_app"],
    ["HTTPServer", "http_server"],
    ["my app", "my_app"],
    ["my__app_", "my_app"],
    ["_app", "app"],
    ["2048", "app_2048"],
    ["größe", "groesse"],
    ["Ärger & Söhne", "aerger_soehne"],
    ["café", "cafe"],
    ["łódź", "lodz"],
    ["日本", "my_app"],
    ["...", "my_app"],
    [" ", "my_app"],
    ["-rf", "rf"],
    ["my.app", "my_app"],
    ["x".repeat(51), "x".repeat(50)],
    [`${"x".repeat(49)}_y`, "x".repeat(49)],
    ["9".repeat(60), `app_${"9".repeat(46)}`],
    ["elixir", "elixir_app"],
    ["Kernel", "kernel_app"],
    ["string", "string_app"],
    ["gen_server", "gen_server_app"],
    ["io", "io_app"],
    ["nil", "nil_app"],
    ["a\u001B[2J", "a_2_j"],
  ])("is not %j, but may be %s", (directory, proposed) => {
    expect(remedyFor(directory)).toBe(`ai-rules init ${proposed}`);
    expect(applicationName(proposed)).toBe(proposed);
  });

  it("is not that of a library it depends on", () => {
    expect(remedyFor("phoenix", ["phoenix", "ash"])).toBe("ai-rules init phoenix_app");
    expect(applicationName("phoenix")).toBe("phoenix");
  });

  it.each([
    ["code/my-app", "ai-rules init code/my_app"],
    ["/srv/My Apps/my-app", "ai-rules init '/srv/My Apps/my_app'"],
    ["/it's $1/my-app", "ai-rules init '/it'\\''s $1/my_app'"],
    ["./my-app", "ai-rules init my_app"],
  ])("is proposed where %s is", (directory, remedy) => {
    expect(remedyFor(directory)).toBe(remedy);
  });

  it.each([
    [
      "my-app",
      '"my-app" is no name for an Elixir application: it takes small letters, digits and single underscores between them, a letter first',
    ],
    [
      "x".repeat(51),
      `"${"x".repeat(51)}" is no name for an Elixir application: it has 51 letters, 50 are the most`,
    ],
    ["do", '"do" is no name for an Elixir application: it is a word of the language'],
    [
      "mnesia",
      '"mnesia" is no name for an Elixir application: Erlang and Elixir have an application of this name',
    ],
    [
      "gen_server",
      '"gen_server" is no name for an Elixir application: Elixir has a module GenServer of its own',
    ],
  ])("that is refused comes with the reason: %s", (directory, message) => {
    expect(applicationName(directory)).toMatchObject({ code: "usage/application-name", message });
  });
});

describe("the module of an application", () => {
  it.each([
    ["my_app", "MyApp"],
    ["web_3_d", "Web3D"],
    ["a", "A"],
  ])("%s is %s", (application, module) => {
    expect(moduleName(application)).toBe(module);
  });
});
