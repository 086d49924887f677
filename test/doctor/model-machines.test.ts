/** Machines that no test runs on: a Mac, and one with a GPU that does not answer. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Check } from "../../src/doctor/check.ts";
import { createDoctorContext } from "../../src/doctor/context.ts";
import { memoryCheck } from "../../src/doctor/models/memory.ts";
import { serverCheck } from "../../src/doctor/models/server.ts";
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

  it.each([
    [{ TERM_PROGRAM: "Apple_Terminal" }, "Use Option as Meta key"],
    [{ TERM_PROGRAM: "vscode" }, "terminal.integrated.macOptionIsMeta"],
    [{ TERM_PROGRAM: "iTerm.app" }, "Left Option key: Esc+"],
    [{ TERM_PROGRAM: "ghostty" }, "`macos-option-as-alt = true`"],
    [{ TERM: "xterm-kitty" }, "`macos_option_as_alt yes`"],
    [{ TERM: "alacritty" }, 'option_as_alt = "Both"'],
  ])("says where alt is switched on in %j, since it cannot be seen", async (env, advice) => {
    const found = await findings(keysCheck, {
      env,
      ports: ({ host }) => ({ host: { ...host, os: "darwin" } }),
    });

    expect(found).toMatchObject([
      { status: "ok" },
      { status: "skip", found: expect.stringMatching(/`ai-rules keys` shows .*; if alt\+2/u) },
    ]);
    expect(found[1]?.found).toContain(advice);
  });
});

describe("the doctor on alt beyond a Mac", () => {
  const onLinux = ({ host }: Ports) => ({ host: { ...host, os: "linux" as const } });

  it.each([
    [{ SSH_TTY: "/dev/pts/1", LC_TERMINAL: "iTerm2" }, "Left Option key: Esc+"],
    [{ XTERM_VERSION: "XTerm(379)" }, "`XTerm*metaSendsEscape: true`"],
    [{ GNOME_TERMINAL_SCREEN: "/org/gnome/Terminal/screen/1" }, "for its own tabs"],
  ])("advises in %j", async (env, advice) => {
    const found = await findings(keysCheck, { env, ports: onLinux });

    expect(found[1]?.found).toContain(advice);
  });

  it.each([{ TERM: "xterm-kitty" }, { TERM_PROGRAM: "vscode" }, { TERM: "xterm-256color" }])(
    "advises nothing in %j, where it arrives",
    async (env) => {
      const found = await findings(keysCheck, { env, ports: onLinux });

      expect(found[1]?.found).toMatch(/`ai-rules keys` shows what the terminal sends$/u);
    },
  );

  it("advises by the name that the terminal itself gives", async () => {
    const found = await findings(keysCheck, {
      env: { TERM: "xterm-256color", SSH_TTY: "/dev/pts/1" },
      ports: onLinux,
      terminal: answering("\u001BP>|iTerm2 3.5.1\u001B\\\u001B[?65;4c"),
    });

    expect(found[1]?.found).toContain("Left Option key: Esc+");
  });
});

describe("the doctor on how Ollama was started", () => {
  /** An Ollama of this very process, which a mode uses. */
  async function settingsOf(more: object = {}): Promise<object> {
    const model = { ...ollamaModel({ name: "coder:1b", sizeBytes: gigabyte }), numCtx: 65_536 };
    const server = await startOllamaServer({ models: [model] });
    onTestFinished(() => server.close());
    return {
      runtimes: { ollama: { url: server.url, ...more } },
      modes: { plan: { model: "ollama/coder:1b" } },
    };
  }

  /** A systemd with a service of another user, whose process nobody can look into. */
  const service =
    (...lines: readonly string[]) =>
    ({ host, processes }: Ports): Partial<Ports> => ({
      host: { ...host, os: "linux" },
      processes: { ...processes, list: () => Promise.resolve([]) },
      run: ({ file }) =>
        Promise.resolve(
          file === "systemctl" ? result(`${lines.join("\n")}\n`) : result("", "not-found"),
        ),
    });

  it("asks systemd what a service was given, and says how that is changed", async () => {
    const settings = await settingsOf();
    const ports = service(
      "MainPID=4194300",
      'Environment="PATH=/usr/bin:/my bin" OLLAMA_CONTEXT_LENGTH=4096',
      "EnvironmentFiles=",
    );

    expect(await findings(serverCheck, { settings, ports })).toMatchObject([
      {
        code: "runtime/small-context",
        remedy:
          'start Ollama anew with OLLAMA_CONTEXT_LENGTH=65536: run `sudo systemctl edit ollama.service`, write `Environment="OLLAMA_CONTEXT_LENGTH=65536"` below [Service], then `sudo systemctl restart ollama.service`',
      },
    ]);
  });

  it.each([
    ["MainPID=4194300", "Environment=", "EnvironmentFiles=/etc/default/ollama (ignore_errors=no)"],
    ["MainPID=0", "Environment=OLLAMA_CONTEXT_LENGTH=4096", "EnvironmentFiles="],
  ])("claims nothing where systemd does not tell it: %s, %s, %s", async (...lines) => {
    const settings = await settingsOf();

    expect(await findings(serverCheck, { settings, ports: service(...lines) })).toMatchObject([
      { status: "skip", found: expect.stringContaining("cannot be seen") },
    ]);
  });

  it("says on a Mac how the program with a window gets a variable", async () => {
    const settings = await settingsOf();
    const command = "/Applications/Ollama.app/Contents/Resources/ollama serve";
    const ports = ({ host, processes }: Ports): Partial<Ports> => ({
      host: { ...host, os: "darwin" },
      processes: {
        ...processes,
        find: async (pid) => {
          const found = await processes.find(process.pid);
          return found && { ...found, pid, command };
        },
      },
      run: ({ file }) => {
        if (file === "lsof") return Promise.resolve(result("4242\n"));
        const said = `${command} HOME=/Users/me OLLAMA_KEEP_ALIVE=0`;
        return Promise.resolve(file === "ps" ? result(said) : result("", "not-found"));
      },
    });

    expect(await findings(serverCheck, { settings, ports })).toMatchObject([
      {
        code: "runtime/keep-alive",
        remedy: expect.stringMatching(/: run `launchctl setenv OLLAMA_KEEP_ALIVE 30m`, then quit/u),
      },
    ]);
  });

  it("lets a short stay be where the settings say how long ai-rules keeps models", async () => {
    const settings = await settingsOf({ keepAlive: "30m" });
    const ports = service("MainPID=4194300", "Environment=OLLAMA_KEEP_ALIVE=0", "");

    expect(await findings(serverCheck, { settings, ports })).toMatchObject([{ status: "ok" }]);
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

  it("names one that only the bus knows, since no driver took it", async () => {
    const onBus = (real: Ports) => {
      const { files, ...more } = card(result("", "not-found"))(real);
      const bus = "/sys/bus/pci/devices";
      const texts: Readonly<Record<string, string>> = {
        [`${bus}/0000:01:00.0/vendor`]: "0x10de\n",
        [`${bus}/0000:01:00.0/class`]: "0x030200\n",
      };
      return {
        ...more,
        files: {
          ...files,
          list: (path: string) => {
            if (path === bus) return Promise.resolve(["0000:01:00.0"]);
            return path.startsWith("/sys/") ? Promise.resolve([]) : files.list(path);
          },
          readText: (path: string) =>
            path.startsWith("/sys/") ? Promise.resolve(texts[path]) : files.readText(path),
        },
      };
    };

    expect(await findings(memoryCheck, { ports: onBus })).toMatchObject([
      { code: "runtime/gpu-hidden" },
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
