/** Machines that no test runs on: a Mac, and one with a GPU that does not answer. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
import { createDoctorContext } from "../../src/doctor/context.ts";
import { memoryCheck } from "../../src/doctor/models/memory.ts";
import { answersCheck } from "../../src/doctor/terminal/answers.ts";
import { coloursCheck } from "../../src/doctor/terminal/colours.ts";
import { keysCheck } from "../../src/doctor/terminal/keys.ts";
import type { CommandResult, Ports, Terminal, Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { startOllamaServer } from "../fakes/ollama-server.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const gigabyte = 1024 ** 3;

type Machine = {
  readonly settings?: object;
  readonly env?: Variables;
  readonly ports?: (real: Ports) => Partial<Ports>;
  readonly terminal?: Terminal;
};

async function findings(check: Check, { settings = {}, env, ports, terminal }: Machine) {
  const directory = await temporaryDirectory();
  const root = join(directory, "project");
  await mkdir(join(root, ".git"), { recursive: true });
  const kinds = ["lmstudio", "mlx", "llama-server", "llama-swap", "ollama"];
  const off = Object.fromEntries(kinds.map((kind) => [kind, { enabled: false }]));
  const text = JSON.stringify({ runtimes: off, ...settings });
  await writeFile(join(root, "ai-rules.json"), text);
  const real = isolatedPorts(directory, env);
  const context = createDoctorContext({
    ports: { ...real, ...ports?.(real) },
    root,
    program: { version: "1.0.0", node: "24.0.0" },
    abort: new AbortController().signal,
    ...(terminal ? { terminal } : {}),
  });
  return check.run(context, context.abort);
}

const result = (stdout: string, end: CommandResult["end"] = "exited"): CommandResult => ({
  end,
  exit: { code: 0 },
  stdout,
  stderr: "",
  fd3: "",
  tookMs: 1,
});

/** A Mac with 64 GB, whose GPU may take so much of it. */
const mac =
  (wired: number, metal = 48) =>
  ({ host }: Ports): Partial<Ports> => ({
    host: { ...host, os: "darwin" },
    run: ({ file, args }) => {
      const said: Readonly<Record<string, string>> = {
        "sysctl -n hw.memsize": String(64 * gigabyte),
        "sysctl -n iogpu.wired_limit_mb": String(wired * 1024),
        vm_stat:
          "Mach Virtual Memory Statistics: (page size of 16384 bytes)\nPages active: 1000.\n",
      };
      const command = [file, ...args].join(" ");
      if (file === "osascript") return Promise.resolve(result(String(metal * gigabyte)));
      const text = said[command];
      return Promise.resolve(text === undefined ? result("", "not-found") : result(text));
    },
  });

/** Settings of a project that uses a model of such a size. */
async function withModel(sizeBytes: number): Promise<object> {
  const model = { ...ollamaModel({ name: "large:70b", sizeBytes }), numCtx: 32_768 };
  const server = await startOllamaServer({ models: [model] });
  onTestFinished(() => server.close());
  return {
    runtimes: { ollama: { url: server.url } },
    modes: { plan: { model: "ollama/large:70b" } },
  };
}

describe("the doctor on a Mac", () => {
  it("names a limit of the GPU's memory that a model needs to be higher", async () => {
    const settings = await withModel(47 * gigabyte);

    expect(await findings(memoryCheck, { settings, ports: mac(0) })).toMatchObject([
      {
        status: "warn",
        code: "runtime/wired-limit",
        remedy: expect.stringMatching(/^run `sudo sysctl iogpu\.wired_limit_mb=5\d{4}`/u),
      },
    ]);
  });

  it("is content with one that is enough", async () => {
    const settings = await withModel(30 * gigabyte);

    expect(await findings(memoryCheck, { settings, ports: mac(0) })).toMatchObject([
      { status: "ok", found: expect.stringContaining("48.0 GB (the Metal limit)") },
    ]);
  });

  it("names a limit that leaves too little to the system", async () => {
    expect(await findings(memoryCheck, { ports: mac(63) })).toMatchObject([
      {
        status: "warn",
        code: "runtime/wired-limit-high",
        remedy: "run `sudo sysctl iogpu.wired_limit_mb=55706`",
      },
    ]);
  });

  it("says where alt is switched on, since it cannot be seen", async () => {
    const found = await findings(keysCheck, {
      env: { TERM_PROGRAM: "Apple_Terminal" },
      ports: ({ host }) => ({ host: { ...host, os: "darwin" } }),
    });

    expect(found).toMatchObject([
      { status: "ok" },
      { status: "skip", found: expect.stringContaining("Use Option as Meta key") },
    ]);
  });
});

describe("the doctor on a machine with a graphics card", () => {
  const card =
    (nvidia: CommandResult) =>
    ({ files, host }: Ports) => ({
      host: { ...host, os: "linux" as const, uid: 1000 },
      files: {
        ...files,
        list: (path: string) =>
          path === "/sys/class/drm" ? Promise.resolve(["card0", "renderD128"]) : files.list(path),
        readText: (path: string) => {
          if (path === "/sys/class/drm/card0/device/vendor") return Promise.resolve("0x10de\n");
          return path.startsWith("/sys/") ? Promise.resolve(undefined) : files.readText(path);
        },
      },
      run: () => Promise.resolve(nvidia),
    });

  it("names a driver that does not show it", async () => {
    const silent = { ...result(""), exit: { code: 9 }, stderr: "couldn't communicate" };

    expect(await findings(memoryCheck, { ports: card(silent) })).toMatchObject([
      {
        status: "warn",
        code: "runtime/gpu-hidden",
        found: "there is an NVIDIA GPU, and nvidia-smi does not show it",
        remedy: expect.stringContaining("`sudo modprobe -r nvidia_uvm"),
        detail: "couldn't communicate",
      },
    ]);
  });

  it("names a driver whose tools are not there", async () => {
    expect(await findings(memoryCheck, { ports: card(result("", "not-found")) })).toMatchObject([
      { code: "runtime/gpu-hidden", found: expect.stringContaining("is not on PATH") },
    ]);
  });

  it("is content with one that is seen", async () => {
    const seen = result("0, NVIDIA GeForce RTX 4090, 24564, 1000, 0\n");

    expect(await findings(memoryCheck, { ports: card(seen) })).toMatchObject([
      { status: "ok", found: expect.stringContaining("RTX 4090") },
    ]);
  });
});

/** A terminal that answers to the questions with these bytes. */
function answering(answer: string): Terminal {
  const listeners = new Set<(bytes: Uint8Array) => void>();
  return {
    isTty: true,
    size: () => ({ cols: 80, rows: 24 }),
    enter: () => {
      for (const listener of listeners) if (answer !== "") listener(Buffer.from(answer));
    },
    leave: () => {},
    write: (_, done) => done(),
    onInput: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onResize: () => () => {},
    onContinue: () => () => {},
    onGone: () => () => {},
    name: () => Promise.resolve(undefined),
  };
}

describe("the doctor on a terminal", () => {
  const env = { TERM: "xterm-256color" };

  it("that answers nothing says so, and waits no longer", async () => {
    const found = await findings(answersCheck, { env, terminal: answering("") });

    expect(found[0]).toMatchObject({ status: "warn", code: "terminal/silent" });
  });

  it("that has all colours, which nobody says, tells how to say it", async () => {
    const answer = "\u001BP>|WezTerm 20240203\u001B\\\u001BP0+r524742\u001B\\\u001B[?65;4c";

    expect(await findings(coloursCheck, { env, terminal: answering(answer) })).toMatchObject([
      {
        status: "warn",
        code: "terminal/colours-unsaid",
        remedy: "run `export COLORTERM=truecolor`",
      },
    ]);
  });

  it("whose 256 colours are all that is known of it is fine", async () => {
    expect(
      await findings(coloursCheck, { env, terminal: answering("\u001B[?1;2c") }),
    ).toMatchObject([{ status: "ok", found: "TERM=xterm-256color, 256 colours" }]);
  });

  it("that is the console of Linux is not asked", async () => {
    const found = await findings(answersCheck, {
      env: { TERM: "linux" },
      terminal: answering("\u001B[?6c"),
    });

    expect(found).toMatchObject([{ status: "skip" }]);
  });
});
