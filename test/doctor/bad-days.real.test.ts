/** Machines on which everything hangs, breaks or floods: the doctor says so, and ends. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { createServer, type Socket } from "node:net";
import { describe, expect, it } from "vitest";
import { allChecks } from "../../src/doctor/checks.ts";
import { writeFlake } from "./flake-stages.ts";
import { canMount } from "./mounts.ts";
import { nix23 } from "./old-nix.ts";
import { onStage, type Stage } from "./staged-faults.ts";

/** What the checks run. */
const programs = [
  "nix",
  "git",
  "direnv",
  "df",
  "du",
  "find",
  "elixir",
  "mix",
  "postgres",
  "lsof",
  "opencode",
  "tmux",
  "nvidia-smi",
  "rocm-smi",
  "lms",
  "locale",
  "ps",
  "sysctl",
];

async function writeProject(stage: Stage): Promise<void> {
  await writeFlake(stage);
  await stage.write(".envrc", "use flake\n");
  await stage.write("mix.exs", "defmodule Shop.MixProject do\nend\n");
}

async function replaceAll(stage: Stage, script: string): Promise<void> {
  await writeProject(stage);
  for (const name of programs) await stage.program(name, script);
  stage.env["TMUX"] = "/nowhere/default,1,0";
}

const hanging = `trap '' TERM HUP INT; while :; do read -t 5 < <(:); sleep 1; done`;

/** A server where each kind of runtime is looked for, which does this to each connection. */
async function replaceRuntimes(stage: Stage, answer: (socket: Socket) => void): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stage.onEnd(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  const kinds = ["ollama", "lmstudio", "mlx", "llama-server"];
  const runtimes = Object.fromEntries(kinds.map((kind) => [kind, { enabled: true, url }]));
  const modes = { plan: { model: "ollama/qwen3:8b" } };
  await stage.write("ai-rules.json", JSON.stringify({ runtimes, modes }));
}

/** What a runtime may do, from silence to a stream without an end. */
const badAnswers: Readonly<Record<string, (socket: Socket) => void>> = {
  "says nothing": () => {},
  "hangs up": (socket) => socket.destroy(),
  "speaks no HTTP": (socket) => socket.end(randomBytes(100_000)),
  "answers with rubbish": (socket) =>
    socket.end(Buffer.concat([Buffer.from("HTTP/1.1 200 OK\r\n\r\n"), randomBytes(1_000_000)])),
  "never comes to an end": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n[");
    const more = () => {
      while (!socket.destroyed && socket.write("1,".repeat(30_000)));
    };
    socket.on("drain", more);
    more();
  },
};

const isRoot = process.getuid?.() === 0;
const canUnshare = isRoot && tryUnshare();

function tryUnshare(): boolean {
  try {
    execFileSync("unshare", ["--net", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("the doctor on a bad day", () => {
  it("is done within 8 s when every program hangs and ignores that it is to end", () =>
    onStage(async (stage) => {
      await replaceAll(stage, hanging);
      const startedAt = performance.now();

      const { report, troubles } = await stage.doctor("install", "nix", "elixir");

      expect(performance.now() - startedAt).toBeLessThan(8000);
      expect(report.checks.filter(({ group }) => group === "install")).not.toEqual([]);
      expect(troubles.map(({ code }) => code)).toContain("nix/not-started");
      const left = await stage.run("/bin/ps", "-eo", "args");
      expect(left.stdout.split("\n").filter((line) => line.includes(stage.bin))).toEqual([]);
    }));

  it("is done in time with all its checks when all that they ask hangs", () =>
    onStage(async (stage) => {
      await replaceAll(stage, hanging);
      await replaceRuntimes(stage, () => {});
      const startedAt = performance.now();

      const { report } = await stage.doctor();

      expect(performance.now() - startedAt).toBeLessThan(8000);
      expect(report.checks.map(({ id }) => id)).toEqual(allChecks.map(({ id }) => id));
      const left = await stage.run("/bin/ps", "-eo", "args");
      expect(left.stdout.split("\n").filter((line) => line.includes(stage.bin))).toEqual([]);
    }));

  it.each(Object.entries(badAnswers))("tells of it, and ends, when a runtime %s", (_, answer) =>
    onStage(async (stage) => {
      await replaceRuntimes(stage, answer);

      const { report, troubles } = await stage.doctor("models");

      expect(troubles.filter(({ id }) => id === "models-runtimes")).not.toEqual([]);
      expect(troubles.filter(({ code }) => code === "doctor/check-failed")).toEqual([]);
      expect(JSON.stringify(report).length).toBeLessThan(200_000);
    }),
  );

  it.each([
    ["crashes", "kill -SEGV $$"],
    ["fails without a word", "exit 1"],
    ["prints megabytes", "head -c 30000000 /dev/zero | tr '\\0' 'x'"],
    [
      "prints megabytes of lines to stderr",
      "yes 'error: no, no, no' | head -n 3000000 >&2; exit 1",
    ],
    ["prints rubbish", "head -c 300000 /dev/urandom; head -c 300000 /dev/urandom >&2; exit 1"],
    [
      "prints what would clear the screen",
      `printf '\\033[2J\\033]0;owned\\007\\n' | tee /dev/stderr; exit 1`,
    ],
  ])("tells of it, and ends, when every program %s", (_, script) =>
    onStage(async (stage) => {
      await replaceAll(stage, script);

      const { code, report, troubles } = await stage.doctor();
      const text = await stage.try("doctor");

      expect(code).toBe(1);
      expect(report.checks.find(({ id }) => id === "nix-version")?.status).toBe("fail");
      expect(report.checks.map(({ id }) => id)).toEqual(allChecks.map(({ id }) => id));
      expect(troubles.filter(({ code: each }) => each === "doctor/check-failed")).toEqual([]);
      expect(JSON.stringify(report).length).toBeLessThan(200_000);
      expect(text.exit.code).toBe(1);
      // oxlint-disable-next-line no-control-regex
      expect(text.stdout).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/u);
    }),
  );

  it("waits for no pipe that stands where a file should", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      for (const name of ["mix.exs", "mix.lock", "flake.lock", ".envrc", ".tool-versions"])
        await stage.run("mkfifo", name);

      const { troubles } = await stage.doctor("install", "nix", "elixir");

      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
    }));

  it.each(["exit 2", "kill -SEGV $$"])("takes for no good sign that find and du: %s", (script) =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.run("rm", "-r", ".git");
      for (const name of ["find", "du"]) await stage.program(name, script);

      const { report } = await stage.doctor("nix-tree");

      expect(report.checks[0]?.status).toBe("skip");
    }),
  );

  it("asks a Nix from before there were flakes for nothing but its version", () =>
    onStage(async (stage) => {
      await writeFlake(stage);
      await stage.program("nix", nix23);

      const { report, troubles } = await stage.doctor("nix");

      expect(troubles.map(({ id }) => id)).toEqual(["nix-version", "nix-shell"]);
      const skipped = report.checks.filter(({ status }) => status === "skip").map(({ id }) => id);
      expect(skipped).toEqual(expect.arrayContaining(["nix-features", "nix-store"]));
    }));

  it.skipIf(!canMount)("works in a project on a read-only file system", () =>
    onStage(async (stage) => {
      await stage.run("mount", "-t", "tmpfs", "tmpfs", stage.root);
      stage.onEnd(() => void execFileSync("umount", ["--lazy", stage.root]));
      await stage.run("git", "init", "-q");
      await writeProject(stage);
      await stage.run("mount", "-o", "remount,ro", stage.root);

      const { troubles } = await stage.doctor("install", "nix-git", "nix-shell", "nix-lock");

      expect(troubles).toEqual([]);
    }),
  );

  it.skipIf(!canUnshare)("works without any network, this machine's own included", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      const inputs =
        '{ inputs.nixpkgs.url = "github:NixOS/nixpkgs"; outputs = { self, nixpkgs }: { }; }';
      await stage.write("flake.nix", inputs);
      stage.runUnder("unshare", "--net", "--");

      const { report, troubles } = await stage.doctor();

      expect(troubles.find(({ id }) => id === "nix-shell")?.code).toBe("nix/network");
      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
      expect(report.checks.find(({ id }) => id === "agents-opencode")?.status).toBe("ok");
    }),
  );

  it.skipIf(!canUnshare)("works as the first process of a container without init and network", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      const own = ["--pid", "--mount-proc", "--net", "--ipc", "--uts"];
      stage.runUnder("unshare", "--fork", ...own, "--");

      const { report, troubles } = await stage.doctor("install", "agents", "terminal", "elixir");

      expect(troubles.filter(({ status }) => status === "fail")).toEqual([]);
      expect(report.checks.find(({ id }) => id === "agents-locks")?.status).toBe("ok");
    }),
  );

  it("makes no trouble of a tmux that is named and is not there", () =>
    onStage(async (stage) => {
      await stage.withoutPrograms("tmux");
      stage.env["TMUX"] = `${stage.directory}/gone,4711,0`;
      stage.env["TERM"] = "tmux-256color";

      const { report, troubles } = await stage.doctor("terminal");

      expect(troubles).toEqual([]);
      const inside = report.checks.find(({ id }) => id === "terminal-inside");
      expect(inside?.findings.map(({ found }) => found)).toContain(
        "TMUX is set, and no tmux answers",
      );
    }));

  it.skipIf(!isRoot)("says of a project of another user what Git and the rights refuse", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      await stage.asNobody();
      await stage.run("chown", "-R", "root", stage.root);
      await stage.run("chmod", "-R", "go+rX", stage.root);

      const { troubles } = await stage.doctor("install", "nix", "elixir");

      expect(troubles.map(({ id, code }) => [id, code])).toContainEqual([
        "nix-git",
        "nix/repo-owner",
      ]);
      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
    }),
  );

  it.skipIf(!isRoot)("says that it is kept out of a project, and of one that is not there", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      await stage.asNobody();
      await stage.run("chown", "root", stage.root);

      const closed = await stage.try("doctor", "--cwd", stage.root, "--json");
      const absent = await stage.try("doctor", "--cwd", "/nowhere/at all");

      expect(closed).toMatchObject({ exit: { code: 1 }, stdout: "" });
      expect(closed.stderr).toMatch(
        /^error: you may not look into .*\nfix: .*`chmod go\+rx .*`.*\n$/u,
      );
      expect(absent.stderr).toMatch(
        /^error: --cwd names \/nowhere\/at all, which is no directory\nfix: .*--cwd.*\n$/u,
      );
    }),
  );

  it("works without any program on PATH, without HOME and with relative XDG paths", () =>
    onStage(async (stage) => {
      await writeProject(stage);
      const { env } = stage;
      env["PATH"] = stage.bin;
      delete env["HOME"];
      for (const name of ["XDG_CACHE_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"]) env[name] = "rel";

      const { report, troubles } = await stage.doctor("install", "nix", "elixir");

      expect(report.ok).toBe(false);
      expect(troubles.map(({ code }) => code)).toEqual(
        expect.arrayContaining(["install/home-unset", "install/xdg-relative", "nix/no-git"]),
      );
      expect(troubles.filter(({ code }) => code?.startsWith("doctor/"))).toEqual([]);
    }));
});
