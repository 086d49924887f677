/** A project beside an Ollama that answers, for the `models` commands: nothing of the machine counts. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseInvocation } from "../../src/cli/arguments.ts";
import { models } from "../../src/cli/models.ts";
import { modelsReportSchema } from "../../src/cli/models-report-schema.ts";
import { toProblem } from "../../src/core/error.ts";
import type { Ports, Variables } from "../../src/platform/ports.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { type OllamaServerOptions, startOllamaServer } from "../fakes/ollama-server.ts";
import { type ConsoleScript, createRecordedConsole } from "../fakes/recorded-console.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const kibibytes = (gigabytes: number) => gigabytes * 1024 ** 2;

/** A machine with so much RAM and disk, and no GPU. */
function machine(ports: Ports, { ram = 32, disk = 500 }: { ram?: number; disk?: number }): Ports {
  const meminfo = `MemTotal: ${kibibytes(ram)} kB\nMemAvailable: ${kibibytes(ram - 2)} kB\n`;
  return {
    ...ports,
    host: { ...ports.host, os: "linux" },
    files: {
      ...ports.files,
      readText: (path) => {
        if (path === "/proc/meminfo") return Promise.resolve(meminfo);
        return path.startsWith("/sys/") ? Promise.resolve(undefined) : ports.files.readText(path);
      },
      list: (path) => (path.startsWith("/sys/") ? Promise.resolve([]) : ports.files.list(path)),
      status: (path) =>
        path.startsWith("/usr/share/ollama")
          ? Promise.resolve(undefined)
          : ports.files.status(path),
    },
    run: ({ file }) =>
      Promise.resolve({
        exit: { code: 0 },
        stderr: "",
        fd3: "",
        tookMs: 1,
        end: file === "df" ? "exited" : "not-found",
        stdout: `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/sda1 9 9 ${kibibytes(disk)} 9% /\n`,
      }),
  };
}

export type Scene = {
  readonly ollama?: OllamaServerOptions;
  readonly variables?: Variables;
  readonly settings?: { readonly modes?: object; readonly runtimes?: object };
  readonly ram?: number;
  readonly disk?: number;
};

/** A project with an Ollama, and what runs the commands in it. */
export async function begin({
  ollama: options = {},
  variables = {},
  settings = {},
  ...sizes
}: Scene = {}) {
  const directory = await temporaryDirectory();
  const project = join(directory, "project");
  await mkdir(join(project, ".git"), { recursive: true });
  await mkdir(join(directory, "home", ".ollama", "models"), { recursive: true });
  const off = Object.fromEntries(
    ["lmstudio", "mlx", "llama-server", "llama-swap"].map((kind) => [kind, { enabled: false }]),
  );
  const runtimes = { ...off, ...settings.runtimes };
  await writeFile(join(project, "ai-rules.json"), JSON.stringify({ ...settings, runtimes }));
  const ollama = await startOllamaServer(options);
  onTestFinished(() => ollama.close());
  const env = { OLLAMA_HOST: ollama.url, ...variables };
  const ports = machine(isolatedPorts(directory, env), sizes);

  async function run(line: string, script: ConsoleScript = {}) {
    const console = createRecordedConsole(script);
    const signals: ((name: NodeJS.Signals) => void)[] = [];
    const ownProcess = {
      onSignal(listener: (name: NodeJS.Signals) => void) {
        signals.push(listener);
        return () => void signals.splice(signals.indexOf(listener), 1);
      },
      exit: (code: number): never => {
        throw new Error(`exit ${code}`);
      },
    };
    const invocation = parseInvocation(line.split(" "));
    if (invocation.type !== "run") throw new Error(`${line} is no command`);
    const { command } = invocation;
    if (command === "tui" || command === "init" || command === "doctor")
      throw new Error(`${line} is no command of models`);
    const tools = { ports, console, ownProcess };
    const ending = models(tools, { ...invocation, command }, project);
    return {
      console,
      ending,
      signal: (name: NodeJS.Signals) => signals.forEach((each) => each(name)),
    };
  }

  /** Runs a command to its end. */
  async function done(line: string, script?: ConsoleScript) {
    const { console, ending } = await run(line, script);
    const code = await ending;
    return { code, out: console.lines.join("\n"), notes: console.notes.join("\n"), console };
  }

  /** Runs a command that fails. */
  async function failed(line: string) {
    const { ending } = await run(line);
    return ending.then(
      (code) => {
        throw new Error(`${line} ended with ${code}`);
      },
      (error: unknown) => toProblem(error),
    );
  }

  return { ollama, run, done, failed, project, ports };
}

/** What `models --json` tells, by its schema. */
export async function reportOf(done: (line: string) => Promise<{ readonly out: string }>) {
  return modelsReportSchema.parse(JSON.parse((await done("models --json")).out));
}
