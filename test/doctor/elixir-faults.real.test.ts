/** Faults of an Elixir project, with the real Elixir of this machine. */
import { execFileSync } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { until } from "../fakes/until.ts";
import { skipNix } from "../nix/nix-machine.ts";
import { onPath } from "../profiles/on-path.ts";
import { evaluateShell, writeFlake, writeProfile } from "./flake-stages.ts";
import { describeFaults, onStage, type Stage, type StagedFault } from "./staged-faults.ts";

const skipElixir = !onPath("elixir") && !process.env["CI"];
const isRoot = process.getuid?.() === 0;
const isLinux = process.platform === "linux";

/** A mix.exs that asks for an Elixir and has these dependencies. */
function mixFile(elixir = ">= 1.0.0", dependencies: readonly string[] = []): string {
  const list = dependencies.map((name) => `{:${name}, ">= 0.0.0"}`).join(", ");
  return `defmodule Shop.MixProject do
  use Mix.Project

  def project do
    [app: :shop, version: "0.1.0", elixir: "${elixir}", deps: deps()]
  end

  defp deps, do: [${list}]
end
`;
}

const versions: readonly StagedFault[] = [
  {
    title: "a mix.exs that asks for a newer Elixir",
    only: ["elixir-versions"],
    stage: ({ write }) => write("mix.exs", mixFile("~> 1.99")),
    code: "elixir/version-refused",
    status: "fail",
    remedy: "ai-rules init",
    found: /mix\.exs asks for Elixir ~> 1\.99, and this is \d/u,
    skip: skipElixir,
  },
  {
    title: "a mix.exs that asks for an older Elixir",
    only: ["elixir-versions"],
    stage: ({ write }) => write("mix.exs", mixFile("< 1.2.0")),
    code: "elixir/version-refused",
    status: "fail",
    remedy: "ai-rules init",
    skip: skipElixir,
  },
  {
    title: "a .tool-versions with another Elixir",
    only: ["elixir-versions"],
    stage: async ({ write }) => {
      await write("mix.exs", mixFile());
      await write(".tool-versions", "elixir 1.99.3-otp-99\n");
    },
    code: "elixir/version-differs",
    status: "warn",
    remedy: "ai-rules init",
    found: ".tool-versions asks for Elixir 1.99.3",
    skip: skipElixir,
  },
  {
    title: "a .tool-versions with another Erlang",
    only: ["elixir-versions"],
    stage: async ({ write }) => {
      await write("mix.exs", mixFile());
      await write(".tool-versions", "erlang 99.1\n");
    },
    code: "elixir/otp-differs",
    status: "warn",
    remedy: "ai-rules init",
    found: "asks for OTP 99",
    skip: skipElixir,
  },
  {
    title: "a mise.toml with another Elixir",
    only: ["elixir-versions"],
    stage: async ({ write }) => {
      await write("mix.exs", mixFile());
      await write("mise.toml", '[tools]\nelixir = "1.99"\n');
    },
    code: "elixir/version-differs",
    status: "warn",
    remedy: "ai-rules init",
    found: "mise.toml",
    skip: skipElixir,
  },
  {
    title: "a project without any Elixir",
    only: ["elixir-versions"],
    stage: async ({ write, withoutPrograms }) => {
      await write("mix.exs", mixFile());
      await withoutPrograms("elixir", "mix", "iex");
    },
    code: "elixir/not-found",
    status: "fail",
    remedy: "ai-rules init",
  },
  {
    title: "an Elixir that does not start",
    only: ["elixir-versions"],
    stage: async ({ write, program }) => {
      await write("mix.exs", mixFile());
      await program("elixir", "echo 'erl: not found' >&2; exit 127");
    },
    code: "elixir/not-started",
    status: "fail",
    remedy: "elixir --version",
  },
];

const inShell: readonly StagedFault[] = [
  {
    title: "no Elixir because the shell that has it lacks Nix",
    only: ["elixir-versions"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile());
      await writeFlake(stage);
      await stage.withoutPrograms("elixir", "nix");
    },
    code: "elixir/not-found",
    status: "fail",
    remedy: "install Nix",
  },
  {
    title: "a shell whose Elixir is not that of .tool-versions, and the shell that has it",
    only: ["elixir-versions"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile());
      await stage.write(".tool-versions", "elixir 1.18.4-otp-27\n");
      await writeProfile(stage);
      await evaluateShell(stage);
    },
    code: "elixir/version-differs",
    status: "warn",
    remedy: '"shell": "elixir_1_18"',
    found: /asks for Elixir 1\.18\.4, and this is 1\.17/u,
  },
  {
    title: "a shell whose Elixir mix.exs refuses",
    only: ["elixir-versions"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile("~> 1.19"));
      await writeProfile(stage);
      await evaluateShell(stage);
    },
    code: "elixir/version-refused",
    status: "fail",
    remedy: "elixir_1_19",
  },
  {
    title: "a shell without Elixir",
    only: ["elixir-versions"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile());
      await writeFlake(stage, `export PATH=${stage.bin}`);
      await evaluateShell(stage);
    },
    code: "elixir/not-found",
    status: "fail",
    remedy: "beam.packages.erlang_27.elixir_1_17",
    found: "the project's shell has no Elixir",
  },
];

const packages: readonly StagedFault[] = [
  {
    title: "dependencies that nobody has fetched",
    only: ["elixir-packages"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile(undefined, ["jason", "plug"]));
      await stage.write("mix.lock", lockOf("jason", "plug"));
      await mkdir(join(stage.home, ".mix/archives/hex-2.1.1"), { recursive: true });
    },
    code: "elixir/packages-missing",
    status: "warn",
    remedy: "`mix deps.get`",
    found: "jason and 1 more of mix.lock are not in deps",
  },
  {
    title: "a Hex that is missing",
    only: ["elixir-packages"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile(undefined, ["jason"]));
      await stage.write("mix.lock", lockOf("jason"));
      await stage.write("deps/jason/mix.exs", "");
    },
    code: "elixir/no-hex",
    status: "warn",
    remedy: "`mix local.hex --force`",
  },
  {
    title: "a merge that was not finished in mix.lock",
    only: ["elixir-packages"],
    stage: async ({ write, run }) => {
      await write("mix.exs", mixFile());
      const say = async (name: string) => {
        await write("mix.lock", lockOf(name));
        await run("git", "add", "--all");
        await run("git", "commit", "-q", "-m", name);
      };
      await say("base");
      await run("git", "checkout", "-q", "-b", "other");
      await say("theirs");
      await run("git", "checkout", "-q", "-");
      await say("ours");
      await run("git", "merge", "-q", "other").catch(() => {});
    },
    code: "elixir/lock-conflict",
    status: "fail",
    remedy: "`git checkout --ours mix.lock && mix deps.get`",
    mendedBy: skipElixir ? [] : ["remedy"],
  },
  {
    title: "the marks of a merge that was committed in mix.lock",
    only: ["elixir-packages"],
    stage: async ({ write }) => {
      await write("mix.exs", mixFile());
      await write("mix.lock", `%{\n<<<<<<< HEAD\n=======\n>>>>>>> other\n}\n`);
    },
    code: "elixir/lock-conflict",
    status: "fail",
    remedy: "take the marks",
  },
];

describe("the doctor on packages that nobody needs", () => {
  it("is content when mix.lock still names what mix.exs has given up", () =>
    onStage(async (stage) => {
      await stage.write("mix.exs", mixFile(undefined, ["plug"]));
      await stage.write(
        "mix.lock",
        `%{
  "jason": {:hex, :jason, "1.4.4", "x", [:mix], [], "hexpm", "x"},
  "mime": {:hex, :mime, "2.0.7", "x", [:mix], [], "hexpm", "x"},
  "plug": {:hex, :plug, "1.18.1", "x", [:mix], [{:mime, "~> 1.0 or ~> 2.0", [hex: :mime, repo: "hexpm", optional: false]}, {:telemetry, "~> 1.0", [hex: :telemetry, repo: "hexpm", optional: true]}], "hexpm", "x"},
  "telemetry": {:hex, :telemetry, "1.3.0", "x", [:mix, :rebar3], [], "hexpm", "x"},
}
`,
      );
      await stage.write("deps/plug/mix.exs", "");
      await mkdir(join(stage.home, ".mix/archives/hex-2.1.1"), { recursive: true });

      const before = await stage.doctor("elixir-packages");
      await stage.write("deps/mime/mix.exs", "");
      const after = await stage.doctor("elixir-packages");

      expect(before.troubles).toMatchObject([{ found: "mime of mix.lock is not in deps" }]);
      expect(after.troubles).toEqual([]);
    }));
});

function lockOf(...names: readonly string[]): string {
  const lines = names.map(
    (name) => `  "${name}": {:hex, :${name}, "1.0.0", "x", [:mix], [], "hexpm", "x"},`,
  );
  return `%{\n${lines.join("\n")}\n}\n`;
}

/** A process of its own that listens on a port. */
async function listen({ background }: Stage): Promise<number> {
  const port = await freePort();
  const script = `require("net").createServer().listen(${port}, "127.0.0.1")`;
  background(process.execPath, "-e", script);
  await until(() => isTaken(port));
  return port;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .once("error", () => resolve(true))
      .listen(port, "127.0.0.1", () => server.close(() => resolve(false)));
  });
}

const ports: readonly StagedFault[] = [
  {
    title: "a port of Phoenix that is taken",
    only: ["elixir-port"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile(undefined, ["phoenix"]));
      stage.env["PORT"] = String(await listen(stage));
    },
    code: "elixir/port-taken",
    status: "warn",
    remedy: /`kill \d+`/u,
    found: /port \d+ is taken by process \d+: node/u,
    mendedBy: ["remedy"],
  },
];

/** PGDATA of the project, as the profiles' shells have it. */
async function writeData(stage: Stage, version: string): Promise<string> {
  const data = join(stage.root, ".nix-postgres");
  await mkdir(data, { mode: 0o700 });
  await stage.write(join(data, "PG_VERSION"), `${version}\n`);
  await stage.write("mix.exs", mixFile(undefined, ["ecto_sql", "postgrex"]));
  await stage.program("postgres", "echo 'postgres (PostgreSQL) 16.9'");
  stage.env["PGDATA"] = data;
  stage.env["PGPORT"] = String(await freePort());
  return data;
}

/** A server on data of its own, as whoever may run one: PostgreSQL refuses root. */
async function startServer(stage: Stage, port: number): Promise<string> {
  const data = join(stage.root, "Zoë's data");
  await stage.write("mix.exs", mixFile(undefined, ["ecto_sql", "postgrex"]));
  stage.env["PGDATA"] = data;
  stage.env["PGPORT"] = String(port);
  await stage.asNobody();
  const as = isRoot
    ? (["setpriv", "--reuid=nobody", "--clear-groups", "--"] as const)
    : (["env"] as const);
  const run = (...words: readonly string[]) => {
    const [file, ...args] = [...as, ...words];
    return stage.run(file, ...args);
  };
  await run("initdb", "--auth=trust", "--username=postgres", "-D", data);
  const options = `-p ${port} -h 127.0.0.1 -c unix_socket_directories=`;
  const log = join(data, "server.log");
  await run("pg_ctl", "start", "-w", "-l", log, "-D", data, "-o", options);
  stage.onEnd(() => {
    const [file, ...args] = [...as, "pg_ctl", "stop", "-m", "immediate", "-D", data];
    execFileSync(file, args, { env: stage.env, cwd: stage.root, stdio: "ignore" });
  });
  return data;
}

const skipPostgres = !["postgres", "initdb", "pg_ctl"].every(onPath) && !process.env["CI"];

describe.skipIf(skipPostgres)("the doctor on a PostgreSQL that runs", () => {
  it("is content when it is the project's own", () =>
    onStage(async (stage) => {
      await startServer(stage, await freePort());

      const { report } = await stage.doctor("elixir-database");

      expect(report.checks[0]?.findings).toMatchObject([
        { status: "ok", found: expect.stringMatching(/^it runs, process \d+$/u) },
      ]);
    }));
});

const database: readonly StagedFault[] = [
  {
    title: "a PostgreSQL that listens somewhere else than PGPORT says",
    only: ["elixir-database"],
    stage: async (stage) => {
      await startServer(stage, await freePort());
      stage.env["PGPORT"] = String(await freePort());
    },
    code: "elixir/database-port",
    status: "warn",
    remedy: "`db-stop && db-start`",
    found: /listens on port \d+, and PGPORT is \d+/u,
    skip: skipPostgres,
  },
  {
    title: "a port that the PostgreSQL of another project has",
    only: ["elixir-database"],
    stage: async (stage) => {
      const port = await freePort();
      await startServer(stage, port);
      stage.env["PGDATA"] = join(stage.root, "no data yet");
    },
    code: "elixir/database-port",
    status: "warn",
    remedy: /`export PGPORT=\d+`/u,
    found: /by process \d+: postgres/u,
    skip: skipPostgres,
  },
  {
    title: "data that belong to another user",
    only: ["elixir-database"],
    stage: async (stage) => {
      const data = await writeData(stage, "16");
      await stage.asNobody();
      await stage.run("chown", "root", data);
    },
    code: "elixir/database-owner",
    status: "fail",
    remedy: /`sudo chown -R "\$\(id -u\)" .*\.nix-postgres`/u,
    skip: !isRoot,
  },
  {
    title: "the data of another PostgreSQL",
    only: ["elixir-database"],
    stage: async (stage) => {
      await writeData(stage, "15");
    },
    code: "elixir/database-version",
    status: "fail",
    remedy: /`mv .*\.nix-postgres .*\.nix-postgres\.15`/u,
    found: "of PostgreSQL 15, and the shell has 16",
    mendedBy: ["remedy"],
  },
  {
    title: "a data directory that others can enter",
    only: ["elixir-database"],
    stage: async (stage) => {
      await stage.run("chmod", "755", await writeData(stage, "16"));
    },
    code: "elixir/database-open",
    status: "fail",
    remedy: /`chmod 0700 .*`/u,
    mendedBy: ["remedy", "fix"],
  },
  {
    title: "the lock of a server whose number another program has",
    only: ["elixir-database"],
    stage: async (stage) => {
      const data = await writeData(stage, "16");
      await stage.write(join(data, "postmaster.pid"), `${process.pid}\n${data}\n`);
    },
    code: "elixir/database-lock",
    status: "fail",
    remedy: /`rm .*postmaster\.pid`/u,
    mendedBy: ["remedy"],
  },
  {
    title: "a port of the database that another program has",
    only: ["elixir-database"],
    stage: async (stage) => {
      await writeData(stage, "16");
      stage.env["PGPORT"] = String(await listen(stage));
    },
    code: "elixir/database-port",
    status: "warn",
    remedy: /`export PGPORT=\d+`/u,
    found: /by process \d+: node/u,
  },
];

const builds: readonly StagedFault[] = [
  {
    title: "two Mix that work on one _build",
    only: ["elixir-builds"],
    stage: async (stage) => {
      await stage.write("mix.exs", mixFile());
      await stage.run("mix", "compile");
      for (const name of ["plan", "build"]) await runMix(stage, name);
    },
    code: "elixir/build-shared",
    status: "warn",
    remedy: "MIX_BUILD_ROOT",
    found: /^2 Mix work on one _build: processes \d+ and \d+$/u,
    skip: skipElixir || !isLinux,
  },
];

describe.skipIf(skipElixir || !isLinux)("the doctor on Mix", () => {
  it("is content when each Mix has a _build of its own", () =>
    onStage(async (stage) => {
      await stage.write("mix.exs", mixFile());
      await runMix(stage, "plan");
      stage.env["MIX_BUILD_ROOT"] = "_build/review";
      await runMix(stage, "review");

      const { report } = await stage.doctor("elixir-builds");

      expect(report.checks[0]?.findings).toMatchObject([
        { status: "ok", found: "each Mix has a _build of its own" },
      ]);
    }));
});

/** A Mix that stays. */
async function runMix(stage: Stage, name: string): Promise<void> {
  const sign = join(stage.directory, name);
  stage.background("mix", "run", "--no-halt", "-e", `File.write!("${sign}", "runs")`);
  await until(() => isThere(sign), { timeoutMs: 30_000 });
}

function isThere(path: string): boolean {
  try {
    execFileSync("test", ["-e", path]);
    return true;
  } catch {
    return false;
  }
}

describeFaults("the doctor on Elixir's version", versions);
describe.skipIf(skipNix)("with Nix", () => {
  describeFaults("the doctor on Elixir's version in the shell", inShell);
});
describeFaults("the doctor on packages", packages);
describeFaults("the doctor on the port of Phoenix", ports);
describeFaults("the doctor on PostgreSQL", database);
describe.skipIf(!isRoot || !isLinux)("the doctor on PostgreSQL's lock", () => {
  it("is content when the process of that number is another user's, as PostgreSQL is", () =>
    onStage(async (stage) => {
      const data = await writeData(stage, "16");
      await stage.write(join(data, "postmaster.pid"), `${process.pid}\n${data}\n`);
      await stage.asNobody();

      expect((await stage.doctor("elixir-database")).troubles).toEqual([]);
    }));
});
describeFaults("the doctor on Mix", builds);
