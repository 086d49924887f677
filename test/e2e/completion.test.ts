import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";
import { makeScene, type Scene } from "./program.ts";
import { openTerminal, type TestTerminal } from "./terminal.ts";

const binary = join(import.meta.dirname, "../../bin/ai-rules.js");

type Shell = {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Makes the shell complete, and prints the prompt "ready>". */
  readonly setup: readonly string[];
  /** Text of its own beside the candidates. */
  readonly showsHelp: boolean;
};

const bash = {
  program: "bash",
  args: ["--norc", "--noprofile", "-i"],
  showsHelp: false,
};

const shells: readonly Shell[] = [
  { name: "bash", ...bash, setup: ["source <(ai-rules completion bash)", "PS1='ready> '"] },
  {
    name: "bash with bash-completion",
    ...bash,
    setup: [
      "source /usr/share/bash-completion/bash_completion",
      "source <(ai-rules completion bash)",
      "PS1='ready> '",
    ],
  },
  {
    name: "zsh",
    program: "zsh",
    args: ["-f", "-i"],
    setup: [
      "autoload -Uz compinit && compinit -D -u",
      "source <(ai-rules completion zsh)",
      "unsetopt zle_bracketed_paste; PROMPT='ready> '",
    ],
    showsHelp: true,
  },
  {
    name: "fish",
    program: "fish",
    args: ["--no-config", "--interactive"],
    setup: [
      "ai-rules completion fish | source",
      "function fish_prompt; echo 'ready> '; end; set -g fish_autosuggestion_enabled 0",
    ],
    showsHelp: true,
  },
];

function isThere({ name, program }: Shell): boolean {
  const found = (process.env["PATH"] ?? "")
    .split(":")
    .some((each) => existsSync(join(each, program)));
  return (
    found && (name !== "bash with bash-completion" || existsSync("/usr/share/bash-completion"))
  );
}

describe("the built `ai-rules __complete`", () => {
  it("answers before one notices, also of models, with a runtime that never does", async () => {
    const scene = await makeScene();
    onTestFinished(scene.end);
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const runtimes = { ollama: { url: `http://127.0.0.1:${port}`, enabled: true } };
    await scene.write("ai-rules.json", JSON.stringify({ runtimes }));
    const took: number[] = [];
    for (let run = 0; run < 10; run++) {
      const startedAt = performance.now();
      await promisify(execFile)(
        process.execPath,
        [binary, "__complete", "zsh", "models", "show", ""],
        {
          cwd: scene.project,
          env: scene.env,
        },
      );
      took.push(performance.now() - startedAt);
    }

    // The quickest: the others had to share the machine.
    expect(Math.min(...took)).toBeLessThan(150);
  });

  it.each([[], ["bash"], ["zsh"], ["nonsense", "x"], ["zsh", "--", "models", "--cwd"]])(
    "says nothing of what it does not know: %j",
    async (...args: readonly string[]) => {
      const ended = await promisify(execFile)(process.execPath, [binary, "__complete", ...args], {
        cwd: "/",
        // Nobody can make a directory there, not even root; below /proc Node tries for ever.
        env: { HOME: "/dev/null/home", PATH: "" },
      });

      expect(ended.stderr).toBe("");
    },
  );
});

describe.each(shells)("completion in $name", (shell) => {
  const isSkipped = !isThere(shell) && !process.env["CI"];
  let scene: Scene;
  let ollama: OllamaServer;
  let terminal: TestTerminal;

  beforeAll(async () => {
    if (isSkipped) return;
    scene = await makeScene();
    ollama = await startOllamaServer();
    const runtimes = {
      ollama: { url: ollama.url, enabled: true },
      box: { type: "ollama", url: "http://127.0.0.1:9" },
    };
    await scene.write("ai-rules.json", JSON.stringify({ runtimes }));
    // Names are read from the text: it need not evaluate.
    await scene.write(
      "flake.nix",
      `{ outputs = _: { devShells.x86_64-linux.elixir_dev = 1;
        shells = { otp_27 = { }; }; more = lib.nameValuePair "\${name}+" shell; }; }`,
    );
    // What a busy machine does not answer at once is remembered.
    await promisify(execFile)(process.execPath, [binary, "models"], {
      cwd: scene.project,
      env: scene.env,
    });
    const bin = join(scene.home, "bin");
    await mkdir(bin);
    await symlink(binary, join(bin, "ai-rules"));
    await mkdir(join(scene.project, "some dir"));
    await writeFile(join(scene.project, "some file"), "");
    terminal = openTerminal({
      file: execFileSync("which", [shell.program], { encoding: "utf8" }).trim(),
      args: shell.args,
      cwd: scene.project,
      env: { ...scene.env, PATH: `${bin}:${scene.env["PATH"]}` },
      cols: 110,
      rows: 60,
    });
    for (const line of shell.setup) terminal.type(`${line}\r`);
    await terminal.until(/^ready>\s*$/m, { timeoutMs: 30_000 });
  });

  afterAll(async () => {
    if (isSkipped) return;
    await terminal.close();
    await ollama.close();
    await scene.end();
  });

  afterEach(async () => {
    if (isSkipped) return;
    // The line is given up, and the screen begins anew.
    terminal.type("\x15");
    terminal.type(" clear\r");
    await terminal.until((screen) => screen.trim() === "ready>");
  });

  it.skipIf(isSkipped).each([
    ["mod\t", "models"],
    ["models un\t", "models unload"],
    ["models use pl\t", "models use plan"],
    ["models use plan ollama/lla\t", "models use plan ollama/llama3.1:8b"],
    ["models use plan ollama/llama3.1:\t", "models use plan ollama/llama3.1:8b"],
    ["models use plan llama3.1:\t", "models use plan llama3.1:8b"],
    ["models show --runtime b\t", "models show --runtime box"],
    ["env --shell el\t", "env --shell elixir_dev"],
    ["env --shell=el\t", "env --shell=elixir_dev"],
    ["env --shell otp_27+\t", "env --shell otp_27+"],
    ["env --shell=otp_27+\t", "env --shell=otp_27+"],
    ["env --secr\t", "env --secrets"],
    ["completion fi\t", "completion fish"],
    ["help mod\t", "help models"],
    ["init x phoen\t", "init x phoenix-ash"],
    ["init x --generator=ig\t", "init x --generator=igniter"],
    ["init x --generator ig\t", "init x --generator igniter"],
    ["doctor nix-ver\t", "doctor nix-version"],
    ["tui --cwd so\t", /tui --cwd (some\\ dir|'some dir')\//],
    ["tui --cwd=so\t", /tui --cwd=(some\\ dir|'some dir'|'--cwd=some dir')\//],
  ])("%j becomes %s", async (typed, line) => {
    terminal.type(`ai-rules ${typed}`);

    const ending = typeof line === "string" ? `ai-rules ${line} ` : line;
    const screen = await terminal.until((shown) =>
      typeof ending === "string" ? `${shown} `.includes(ending) : ending.test(shown),
    );
    // What is typed after it begins a new word.
    if (typeof line === "string") {
      terminal.type("x");
      await terminal.until(`ai-rules ${line} x`);
    }
    expect(screen).not.toContain("error");
  });

  it.skipIf(isSkipped)("lists what there is", async () => {
    terminal.type("ai-rules models \t\t");

    const screen = await terminal.until(/unload/);

    expect(screen).toMatch(/\bfit\b[\s\S]*\bpull\b|\bpull\b[\s\S]*\bfit\b/);
    if (shell.showsHelp) expect(screen).toContain("give the memory of a loaded model back");
  });

  it.skipIf(isSkipped)("stays silent where it knows nothing, and when it cannot work", async () => {
    terminal.type("ai-rules nonsense \t\t");
    terminal.type("x");
    const screen = await terminal.until(/nonsense .*x/);

    expect(screen).not.toMatch(/error|fix:|at .*\.js/);
  });
});
