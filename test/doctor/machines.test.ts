/** What cannot be staged on this machine: another clock, another system, other limits. */
import { chmod, mkdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyFixes } from "../../src/doctor/apply-fixes.ts";
import type { Check } from "../../src/doctor/check.ts";
import { type ContextRequest, createDoctorContext } from "../../src/doctor/context.ts";
import { watchesCheck } from "../../src/doctor/elixir/watches.ts";
import { clockCheck } from "../../src/doctor/install/clock.ts";
import { nodeCheck } from "../../src/doctor/install/node.ts";
import { ptyCheck } from "../../src/doctor/install/pty.ts";
import { runChecks } from "../../src/doctor/run-checks.ts";
import type { Ports } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { createManualClock } from "../fakes/manual-clock.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

type Machine = {
  readonly directory: string;
  readonly ports?: (real: Ports) => Partial<Ports>;
  readonly node?: string;
};

function contextOf({ directory, ports, node = "24.1.0" }: Machine) {
  const real = isolatedPorts(directory);
  const request: ContextRequest = {
    ports: { ...real, ...ports?.(real) },
    root: directory,
    program: { version: "1.0.0", node },
    abort: new AbortController().signal,
  };
  return createDoctorContext(request);
}

async function findings(check: Check, machine: Machine) {
  const [result] = await runChecks([check], contextOf(machine));
  return result?.findings;
}

describe("the doctor", () => {
  it.each(["22.11.0", "20.20.2", "8.0.0"])("refuses Node %s", async (node) => {
    const directory = await temporaryDirectory();
    expect(await findings(nodeCheck, { directory, node })).toMatchObject([
      {
        status: "fail",
        code: "install/node-too-old",
        remedy: "run it on a newer one: `nix shell nixpkgs#nodejs_24`",
      },
    ]);
  });

  it.each(["22.12.0", "24.0.0", "30.1.2"])("is content with Node %s", async (node) => {
    const directory = await temporaryDirectory();
    expect(await findings(nodeCheck, { directory, node })).toMatchObject([{ status: "ok" }]);
  });

  it("opens pseudo-terminals also where the project may not be entered", async () => {
    const directory = join(await temporaryDirectory(), "not-there");

    expect(await findings(ptyCheck, { directory })).toMatchObject([{ status: "ok" }]);
  });

  it("tells of a clock in 1970", async () => {
    const directory = await temporaryDirectory();
    const clock = createManualClock(5000);

    expect(await findings(clockCheck, { directory, ports: () => ({ clock }) })).toMatchObject([
      {
        status: "warn",
        code: "install/clock-wrong",
        found: "the clock says that it is 1970-01-01",
      },
    ]);
  });

  it.each([
    { booted: true, remedy: "`sudo timedatectl set-ntp true`" },
    { booted: false, remedy: "in a container that of the machine around it" },
  ])("knows who can set the clock where systemd runs: $booted", async ({ booted, remedy }) => {
    const directory = await temporaryDirectory();
    const clock = createManualClock(5000);
    const found = await findings(clockCheck, {
      directory,
      ports: ({ files, host }) => ({
        clock,
        host: { ...host, os: "linux", uid: 1000 },
        files: {
          ...files,
          status: (path) =>
            path === "/run/systemd/system"
              ? files.status(booted ? directory : join(directory, "nothing"))
              : files.status(path),
        },
      }),
    });

    expect(found).toMatchObject([{ remedy: expect.stringContaining(remedy) }]);
  });

  it("makes node-pty's helper executable on macOS", async () => {
    const installation = await temporaryDirectory();
    const folder = join(installation, "node_modules/node-pty/prebuilds/darwin-arm64");
    await mkdir(folder, { recursive: true });
    const helper = join(folder, "spawn-helper");
    await writeFile(helper, "");
    await chmod(helper, 0o644);
    const machine: Machine = {
      directory: installation,
      ports: ({ host }) => ({ host: { ...host, os: "darwin", arch: "arm64", installation } }),
    };

    const results = await runChecks([ptyCheck], contextOf(machine));
    expect(results[0]?.findings).toMatchObject([
      {
        status: "fail",
        code: "install/helper-not-executable",
        remedy: `run \`chmod +x ${helper}\``,
      },
    ]);
    await applyFixes(results, contextOf(machine));

    expect((await stat(helper)).mode & 0o111).toBe(0o111);
    expect(await findings(ptyCheck, machine)).toMatchObject([{ status: "ok" }]);
  });

  it.each([
    { uid: 0, command: "`sysctl -w fs.inotify." },
    { uid: 1000, command: "`sudo sysctl -w fs.inotify." },
  ])("knows who needs sudo: user $uid", async ({ uid, command }) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "mix.exs"), "");
    const found = await findings(watchesCheck, {
      directory,
      ports: ({ files, host }) => ({
        host: { ...host, os: "linux", uid },
        files: {
          ...files,
          readText: async (path) => (path.startsWith("/proc/") ? "8" : files.readText(path)),
        },
      }),
    });

    expect(found?.[0]).toMatchObject({ remedy: expect.stringContaining(command) });
  });

  it.each([
    { watches: "8192", instances: "128", names: ["max_user_watches"] },
    { watches: "524288", instances: "8", names: ["max_user_instances"] },
    { watches: "8192", instances: "8", names: ["max_user_watches", "max_user_instances"] },
    { watches: "524288", instances: "128", names: [] },
  ])("knows too few watches: $watches, $instances", async ({ watches, instances, names }) => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, "mix.exs"), "");
    const found = await findings(watchesCheck, {
      directory,
      ports: ({ files, host }) => ({
        host: { ...host, os: "linux", uid: 1000 },
        files: {
          ...files,
          readText: async (path) => {
            if (path.endsWith("/max_user_watches")) return `${watches}\n`;
            return path.endsWith("/max_user_instances") ? `${instances}\n` : files.readText(path);
          },
        },
      }),
    });

    const wrong = found?.filter(({ status }) => status === "warn") ?? [];
    expect(wrong).toMatchObject(
      names.map((name) => ({
        code: "elixir/few-watches",
        remedy: expect.stringContaining(`sudo sysctl -w fs.inotify.${name}=`),
      })),
    );
  });
});
