/** docs/nix.md, done from its first block to its last. */
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseNix } from "../../src/profiles/own-flake/nix-parser.ts";
import { nixNodes } from "../../src/profiles/own-flake/nix-scope.ts";
import type { NixBinding, NixExpression, NixSet } from "../../src/profiles/own-flake/nix-syntax.ts";
import { editedText } from "../../src/profiles/own-flake/text-edits.ts";
import { parseSettings } from "../../src/project/settings-file.ts";
import { isListening } from "../e2e/processes.ts";
import { until } from "../fakes/until.ts";
import { nixPrograms } from "../nix/nix-programs.ts";
import { buildHexArchive, serveHex } from "../profiles/hex-mirror.ts";
import { onPath } from "../profiles/on-path.ts";
import { projectRoot } from "./generated.ts";
import { type GuideBlock, type GuideCommand, guideBlocks, isShown } from "./guide-blocks.ts";
import { type GuideSession, startGuideSession } from "./guide-session.ts";

const blocks = guideBlocks(readFileSync(join(projectRoot, "docs/nix.md"), "utf8"));

// The newest Nix there is, as the guide asks for; this machine's own knows the same commands.
const nix = nixPrograms.findLast(({ file }) => file !== undefined);
const present = nix !== undefined && onPath("mix") && onPath("direnv");
const skip = !present && !process.env["CI"];

describe.skipIf(skip)("the guide", () => {
  let session: GuideSession;
  let failed = false;

  beforeAll(async () => {
    session = await startGuideSession(nix?.file, {
      ollama: await freePort(),
      lmstudio: await freePort(),
      mlx: await freePort(),
      postgresql: await freePort(),
    });
  });

  afterAll(() => session.end());

  it.each(blocks.map((block) => [`${block.heading}, line ${block.line}`, block] as const))(
    "is true in %s",
    async (_, block) => {
      if (failed) throw new Error("a block before this one failed");
      failed = true;
      await follow(block);
      failed = false;
    },
  );

  it("needed nothing beyond this machine", () => {
    // OpenCode asks npm for its plugins, and goes on without.
    expect(session.missed.filter((host) => host !== "registry.npmjs.org:443")).toEqual([]);
  });

  async function follow(block: GuideBlock): Promise<void> {
    switch (block.type) {
      case "commands": {
        if (block.after !== undefined) await happen(block.after);
        for (const command of block.commands) await type(command, block.inShell);
        return;
      }
      case "bindings":
        await bind(block.set, block.text);
        return expectEvaluates();
      case "file":
        if (block.path === "ai-rules.json") expectSettings(block.text);
        await session.write(block.path, `${block.text}\n`);
        if (block.path === "flake.nix") await expectEvaluates();
        return;
      default:
        return block satisfies never;
    }
  }

  async function type({ command, output }: GuideCommand, inShell: boolean): Promise<void> {
    if (command === "nix develop" || command === "ai-rules tui") return look(command, output);
    const { code, output: printed } = await session.run(asReader(command), {
      inShell,
      ...(command === "mix setup" && { env: await hex() }),
    });
    // A person takes longer to type the next one than a server to start.
    if (command.endsWith("&")) await until(() => isListening(portOf(command)));
    const fails = output.some((line) => /^(?:error:|direnv: error )/.test(line));
    if ((code === 0) === fails) throw new Error(`$ ${command}\n${printed}\nended with ${code}`);
    if (output.length > 0 && !isShown(printed, output))
      expect(`$ ${command}\n${printed}`).toBe(`$ ${command}\n${output.join("\n")}\n`);
  }

  /** The port of the server that a command starts. */
  function portOf(command: string): number {
    const variable = command.includes("ollama") ? "OLLAMA_HOST" : "MLX_HOST";
    return Number(session.env[variable]?.split(":").at(-1));
  }

  /** Runs what takes the terminal, until it shows what the guide does, and ends it. */
  async function look(command: string, output: readonly string[]): Promise<void> {
    const terminal = session.open(command);
    const what = `what the guide shows of ${command}`;
    if (command === "nix develop") {
      const shown = output.filter((line) => line !== "...");
      await terminal.until(
        (screen) => shown.every((line) => isShown(screen, ["...", line, "..."])),
        {
          what,
          timeoutMs: 60_000,
        },
      );
      terminal.type("exit");
      terminal.press("enter");
    } else {
      await terminal.until((screen) => agents(screen) === 3, { what, timeoutMs: 60_000 });
      terminal.press("ctrl+o", "q");
    }
    expect((await terminal.exited).code).toBe(0);
  }

  /** The variables by which Mix finds Hex's stand-in; what signs it is known to the shell's Mix. */
  async function hex(): Promise<Readonly<Record<string, string>>> {
    const mixHome = join(session.cwd(), ".nix-mix/elixir-1.17-otp-27");
    const url = await serveHex(await buildHexArchive(), mixHome);
    return { HEX_MIRROR: url, HEX_BUILDS_URL: url };
  }

  async function happen(what: string): Promise<void> {
    const command = happenings[what];
    if (command === undefined) throw new Error(`no test knows how this happens: ${what}`);
    const { code, output } = await session.run(command);
    if (code !== 0) throw new Error(`${what}: ${output}`);
  }

  /** Replaces bindings of a set of flake.nix that is made in its `let`. */
  async function bind(path: readonly string[], text: string): Promise<void> {
    const flake = await session.read("flake.nix");
    const set = setIn(flake, path);
    const wanted = parsed(`{${text}\n}`);
    if (wanted.type !== "set") throw new Error(text);
    const edits = wanted.bindings.map((binding) => {
      const replaced = set.bindings.find((each) => nameOf(each) === nameOf(binding));
      if (replaced === undefined) throw new Error(`${path.join(".")} has no ${nameOf(binding)}`);
      const replacement = `{${text}\n}`.slice(binding.start, binding.end);
      return { start: replaced.start, end: replaced.end, text: replacement };
    });
    await session.write("flake.nix", editedText(flake, edits));
  }

  /** All that the flake has, on all systems. */
  async function expectEvaluates(): Promise<void> {
    const check = "nix flake check --no-write-lock-file path:.";
    const help = await session.run("nix flake check --help");
    const all = help.output.includes("all-systems") ? " --all-systems" : "";
    const { code, output } = await session.run(check + all);
    if (code !== 0) throw new Error(output);
  }
});

/** PostgreSQL refuses to run as root; another user may write into this machine's directories. */
function asReader(command: string): string {
  if (process.getuid?.() !== 0 || !command.startsWith("db-")) return command;
  const user = "setpriv --reuid=nobody --regid=nogroup --clear-groups";
  return `chmod 777 . && TMPDIR=/tmp ${user} ${command}`;
}

/** What the guide speaks of, made to happen. */
const happenings: Readonly<Record<string, string>> = {
  "flakes are switched off": "cd ~/shop && mv ~/.config/nix/nix.conf ~/.config/nix/off",
  "flake.nix was taken out of Git":
    "mv ~/.config/nix/off ~/.config/nix/nix.conf && git rm --quiet --cached flake.nix",
  "a semicolon was lost":
    'git add flake.nix && sed -i \'0,/url = "\\(.*\\)";/s//url = "\\1"/\' flake.nix',
  ".envrc was changed": "echo '# changed' >> .envrc",
  "a merge of two locks": `
    git checkout --quiet -b theirs
    sed -i '0,/"rev": "\\(.*\\)"/s//"rev": "0000\\1"/' flake.lock && git commit --quiet --all --message theirs
    git checkout --quiet -
    sed -i '0,/"rev": "\\(.*\\)",/s//"rev":  "\\1",/' flake.lock && git commit --quiet --all --message ours
    ! git merge --quiet theirs
  `,
};

/** Agents that wait for a first word. */
function agents(screen: string): number {
  return (screen.match(/Ask anything/gu) ?? []).length;
}

function expectSettings(text: string): void {
  const { warnings, errors } = parseSettings({ file: "ai-rules.json", text });
  expect({ warnings, errors }).toEqual({ warnings: [], errors: [] });
}

function setIn(flake: string, path: readonly string[]): NixSet {
  const root = parsed(flake);
  const bindings = nixNodes(root).flatMap((node) => (node.type === "let" ? node.bindings : []));
  let within: readonly NixBinding[] = bindings;
  let found: NixSet | undefined;
  for (const name of path) {
    const binding = within.find((each) => nameOf(each) === name);
    found = binding?.type === "value" && binding.value.type === "set" ? binding.value : undefined;
    within = found?.bindings ?? [];
  }
  if (found === undefined) throw new Error(`flake.nix has no set ${path.join(".")}`);
  return found;
}

function nameOf(binding: NixBinding): string | undefined {
  return binding.type === "value" ? binding.path[0]?.name : undefined;
}

function parsed(text: string): NixExpression {
  const tree = parseNix(text);
  if (!tree.ok) throw new Error(`${tree.mistake.message}\n${text}`);
  return tree.root;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
