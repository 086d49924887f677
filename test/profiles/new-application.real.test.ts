import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applicationName } from "../../src/profiles/application-name.ts";
import { readMixFile } from "../../src/profiles/mix-file.ts";
import { profileNames } from "../../src/profiles/profile.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { buildHexArchive, serveHex } from "./hex-mirror.ts";
import { newMixProject, runMix } from "./mix-project.ts";
import { onPath } from "./on-path.ts";

const skip = !onPath("mix") && !process.env["CI"];
const hint = "Hex is not there, so mix does without libraries: run mix setup once.\n";

const namesScript = `
  Mix.Project.config()[:deps] |> Enum.map(&elem(&1, 0)) |> Enum.join(" ") |> IO.write()
`;

describe.skipIf(skip).each(profileNames)("a new application of %s, with real Mix", (name) => {
  it("compiles without Hex and without a warning, and its tests pass", async () => {
    const { mix } = await newMixProject(name);

    const compiled = await mix(["compile", "--warnings-as-errors"]);
    const tested = await mix(["test", "--warnings-as-errors"]);

    expect(compiled).toMatchObject({ code: 0, stderr: hint });
    expect(compiled.stdout).toContain("Generated demo app");
    expect(tested).toMatchObject({ code: 0, stderr: hint });
    // "1 doctest, 1 test, 0 failures", as of Elixir 1.20 "Result: 2 passed (1 doctest, 1 test)".
    expect(tested.stdout).toMatch(/\b1 doctest, \d tests?\b/u);
  });

  it.each(["demo", `${"x".repeat(24)}_${"y".repeat(25)}`])(
    "is formatted when its name is %s",
    async (app) => {
      const { mix } = await newMixProject(name, app);
      const formatted = await mix(["format", "--check-formatted"]);
      expect(formatted).toEqual({ code: 0, stdout: "", stderr: hint });
    },
  );

  it("asks for its libraries as soon as Hex is there", async () => {
    const { mix, ownLibraries } = await newMixProject(name);
    await mix(["archive.install", "--force", await buildHexArchive()]);

    const compiled = await mix(["compile"]);

    expect(compiled.code).toBe(1);
    expect(compiled.stderr).not.toContain("Hex is not there");
    for (const library of ownLibraries)
      expect(compiled.stderr).toContain(
        `* ${library} (Hex package)\n  the dependency is not available, run "mix deps.get"\n`,
      );
  });

  it("has the dependencies that are read from its mix.exs", async () => {
    const { mix, root, libraries } = await newMixProject(name);
    await mix(["archive.install", "--force", await buildHexArchive()]);
    await writeFile(join(root, "names.exs"), namesScript);

    const run = await mix(["run", "--no-deps-check", "--no-compile", "--no-start", "names.exs"]);

    expect(run.stdout.split(" ")).toEqual(libraries);
    expect(readMixFile(await readFile(join(root, "mix.exs"), "utf8"))).toMatchObject({
      application: "demo",
      elixir: "~> 1.14",
      dependencies: libraries,
    });
  });

  it("gets Hex and all libraries by `mix setup`", async () => {
    const { mix, root, mixHome, libraries } = await newMixProject(name);
    const url = await serveHex(await buildHexArchive(), mixHome);

    const setUp = await mix(["setup"], { HEX_MIRROR: url, HEX_BUILDS_URL: url });
    const compiled = await mix(["compile", "--warnings-as-errors"]);

    expect(setUp, setUp.stdout + setUp.stderr).toMatchObject({ code: 0, stderr: hint });
    const lock = await readFile(join(root, "mix.lock"), "utf8");
    for (const library of libraries) expect(lock).toContain(`"${library}": {:hex, :${library}`);
    expect(compiled).toMatchObject({ code: 0, stderr: "" });
    expect(compiled.stdout).toContain("Generated demo app");
  });
});

describe.skipIf(skip)("a new application, with real Mix", () => {
  it("asks for Hex as any other once its libraries were fetched", async () => {
    const { mix, root } = await newMixProject("universal");
    await writeFile(join(root, "mix.lock"), "%{}\n");

    const compiled = await mix(["compile"]);

    expect(compiled.code).toBe(1);
    expect(compiled.stdout).toMatch(/Could not find Hex|Mix requires the Hex package manager/u);
  });

  it("of nerves compiles for a device, and knows which", async () => {
    const { mix } = await newMixProject("nerves");
    const script = "IO.write(Demo.Application.target())";

    const device = await mix(["run", "-e", script], { MIX_TARGET: "rpi4" });
    const host = await mix(["run", "-e", script]);

    expect(device.stdout).toMatch(/Generated demo app\nrpi4$/u);
    expect(host.stdout).toMatch(/Generated demo app\nhost$/u);
  });
});

describe.skipIf(skip)("the names of applications, with real Elixir", () => {
  it("are none that Elixir or OTP has", async () => {
    const home = await temporaryDirectory();
    const script = `
      libs = :code.lib_dir() |> File.ls!() |> Enum.map(&(&1 |> String.split("-") |> hd()))
      apps = [:elixir, :mix, :iex, :logger, :eex, :ex_unit]
      modules =
        for app <- apps, _ = Application.load(app), {:ok, list} = :application.get_key(app, :modules),
            "Elixir." <> name <- Enum.map(list, &Atom.to_string/1), not String.contains?(name, "."),
            do: Macro.underscore(name)
      IO.write(Enum.join(libs ++ apps ++ modules, " "))
    `;

    const { stdout } = await runMix(["run", "--no-mix-exs", "-e", script], {
      cwd: home,
      home,
      mixHome: join(home, "mix"),
    });
    const names = stdout.split(" ").filter((name) => !/^erlang?$/u.test(name));

    expect(names.length).toBeGreaterThan(80);
    expect(names.filter((name) => typeof applicationName(name) === "string")).toEqual([]);
  });
});
