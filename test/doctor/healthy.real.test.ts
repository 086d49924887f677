/** Setups in which nothing is wrong: a doctor that cries wolf is read once. */
import { cp, readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { applyEdits, modify } from "jsonc-parser";
import { describe, expect, it } from "vitest";
import { nixpkgsRelease } from "../../src/nix/flake-lock.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { type NixProgram, nixPrograms } from "../nix/nix-programs.ts";
import { onPath } from "../profiles/on-path.ts";
import { evaluateShell, writeFlake, writeProfile } from "./flake-stages.ts";
import { onStage, type Stage } from "./staged-faults.ts";

/** What is known to be wrong with this very machine, and not with the project. */
function known(nix: NixProgram): readonly string[] {
  const isOver = Date.now() >= (nixpkgsRelease("nixos-26.05")?.endsAt ?? 0);
  const isOld = nix.title === "this machine's Nix";
  return [...(isOld ? ["nix/nix-too-old"] : []), ...(isOver ? ["nix/nixpkgs-old"] : [])];
}

async function expectHealthy(stage: Stage, nix: NixProgram): Promise<readonly string[]> {
  const { code, report, troubles } = await stage.doctor();
  expect(troubles.filter((trouble) => !known(nix).includes(trouble.code ?? ""))).toEqual([]);
  expect(code).toBe(0);
  expect(report.ok).toBe(true);
  return report.checks.filter(({ status }) => status === "ok").map(({ id }) => id);
}

const model = {
  ...ollamaModel({ name: "coder:1b", sizeBytes: 50 * 1024 ** 2, layers: 2, kvHeads: 1, width: 64 }),
  numCtx: 65_536,
};

/** An Ollama that runs, and a model of it for all modes: the shell's are too large for some machines. */
async function nameModel(stage: Stage): Promise<void> {
  const server = await startOllamaServer({ models: [model] });
  stage.onEnd(() => void server.close());
  const path = join(stage.root, "ai-rules.json");
  const all = { model: "ollama/coder:1b" };
  const added = [
    { at: ["runtimes", "ollama"], value: { url: server.url } },
    { at: ["modes"], value: { plan: all, build: all, review: all } },
  ];
  let text = await readFile(path, "utf8");
  for (const { at, value } of added) text = applyEdits(text, modify(text, at, value, {}));
  await stage.write("ai-rules.json", text);
}

function freePort(): Promise<string> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? String(address.port) : "";
      server.close(() => resolve(port));
    });
  });
}

const skipDirenv = !onPath("direnv") && !process.env["CI"];

describe.each(nixPrograms)("with $title", (nix: NixProgram) => {
  describe.skipIf(nix.skip || skipDirenv)("the doctor finds nothing wrong", () => {
    /** A project of a profile as it is after a day's work. */
    async function writeProject(stage: Stage): Promise<void> {
      await stage.program("nix", `exec '${nix.file}' "$@"`);
      const profile = join(import.meta.dirname, "../../profiles/phoenix-ash");
      for (const name of [".envrc", ".gitignore", "ai-rules.json"])
        await cp(join(profile, name), join(stage.root, name));
      await nameModel(stage);
      await stage.write(".tool-versions", "elixir 1.17.3-otp-27\nerlang 27.3.4\n");
      await stage.write(
        "mix.exs",
        `defmodule Shop.MixProject do
  def project, do: [app: :shop, version: "0.1.0", elixir: "~> 1.15", deps: deps()]
  defp deps, do: [{:phoenix, "~> 1.8"}, {:ecto_sql, "~> 3.12"}, {:postgrex, ">= 0.0.0"}]
end
`,
      );
      await stage.write("mix.lock", `%{\n  "phoenix": {:hex, :phoenix, "1.8.1", "x"},\n}\n`);
      await stage.write("deps/phoenix/mix.exs", "");
      const pair = "elixir-1.17-otp-27";
      await stage.write(`.nix-mix/${pair}/archives/hex-2.1.1/x`, "");
      stage.env["PORT"] = await freePort();
      stage.env["PGPORT"] = await freePort();
      await writeProfile(stage, "phoenix-ash");
      const library = join(stage.home, ".config/direnv/lib/nix-direnv.sh");
      await stage.write(library, "");
      await stage.run("direnv", "allow");
    }

    it("in a project before its first start", () =>
      onStage(async (stage) => {
        await writeProject(stage);

        const ok = await expectHealthy(stage, nix);

        expect(ok).toEqual(
          expect.arrayContaining(["nix-git", "nix-shell", "nix-shells", "nix-direnv"]),
        );
      }));

    it("in a project whose shell is evaluated", () =>
      onStage(async (stage) => {
        await writeProject(stage);
        await evaluateShell(stage);

        const ok = await expectHealthy(stage, nix);

        expect(ok).toEqual(
          expect.arrayContaining([
            "nix-store",
            "nix-disk",
            "nix-lock",
            "nix-cache",
            "nix-hook",
            "nix-roots",
            "elixir-versions",
            "elixir-packages",
            "elixir-port",
            "elixir-database",
          ]),
        );
      }));

    it("in a repository without a flake", () =>
      onStage(async (stage) => {
        await stage.program("nix", `exec '${nix.file}' "$@"`);
        await expectHealthy(stage, nix);
      }));

    it("when it is started inside of the development shell", () =>
      onStage(async (stage) => {
        await stage.program("nix", `exec '${nix.file}' "$@"`);
        await writeFlake(stage);
        stage.env["IN_NIX_SHELL"] = "impure";

        await expectHealthy(stage, nix);
      }));

    it("when another Nix holds the store for a moment", () =>
      onStage(async (stage) => {
        const busy = "error: SQLite database '/nix/var/nix/db/db.sqlite' is busy";
        const once = `${stage.directory}/busy-$(cksum <<< "$*" | tr -cd 0-9)`;
        await stage.program(
          "nix",
          `[[ "$*" == *eval* || "$*" == *ping* ]] && mkdir "${once}" && { echo "${busy}" >&2; exit 1; }
exec '${nix.file}' "$@"`,
        );
        await writeFlake(stage);

        const ok = await expectHealthy(stage, nix);

        expect(ok).toEqual(expect.arrayContaining(["nix-store", "nix-shell"]));
      }));

    it("and changes nothing in the project", () =>
      onStage(async (stage) => {
        await writeProject(stage);
        const before = await contents(stage);

        await stage.doctor();

        expect(await contents(stage)).toEqual(before);
      }));
  });
});

/** Names and texts of all that is in the project, and what Git knows of it. */
async function contents({ root, run }: Stage): Promise<readonly string[]> {
  const { stdout } = await run("find", ".", "-type", "f", "-not", "-path", "./.git/*");
  const names = stdout.split("\n").filter(Boolean).toSorted();
  const texts = await Promise.all(names.map((name) => readFile(join(root, name), "utf8")));
  return [...names, ...texts, (await run("git", "status", "--porcelain")).stdout];
}
