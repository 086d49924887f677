/** Which versions of what are at work here. */
import { printable } from "../../core/text.ts";
import { locateOpencode } from "../../opencode/locate.ts";
import type { CommandResult } from "../../platform/ports.ts";
import type { DoctorContext } from "../context.ts";
import { nixProgram, nixVersion, succeeded } from "../facts/nix.ts";
import { shellVariables } from "../facts/project-shell.ts";
import { projectSettings } from "../facts/settings.ts";

/** Lines of `name: version`, in a fixed order. */
export async function versionLines(context: DoctorContext): Promise<readonly string[]> {
  const { ports, program } = context;
  const [system, kernel, nix, opencode, git, tmux] = await Promise.all([
    systemName(context),
    firstLine(context, "uname", "-srm"),
    nixLine(context),
    opencodeLine(context),
    firstLine(context, "git", "--version"),
    ports.env["TMUX"] ? firstLine(context, "tmux", "-V") : "not inside",
  ]);
  return Object.entries({
    "ai-rules": program.version,
    Node: program.node,
    system: `${system}, ${ports.host.arch}`,
    kernel,
    Nix: nix,
    OpenCode: opencode,
    Git: git,
    tmux,
    ...terminalOf(ports.env),
  }).map(([name, value]) => `${name}: ${value}`);
}

const timeoutMs = 4000;

async function firstLine(context: DoctorContext, file: string, ...args: readonly string[]) {
  return wordsOf(await context.run({ file, args, timeoutMs }));
}

function wordsOf(result: CommandResult): string {
  if (result.end === "not-found") return "not there";
  if (!succeeded(result)) return `does not say (${result.end})`;
  return printable(result.stdout.split("\n")[0] ?? "").slice(0, 200) || "does not say";
}

async function systemName(context: DoctorContext): Promise<string> {
  const { files, host } = context.ports;
  if (host.os === "darwin")
    return `macOS ${await firstLine(context, "sw_vers", "-productVersion")}`;
  const text = (await files.readText("/etc/os-release").catch(() => undefined)) ?? "";
  const name = /^PRETTY_NAME="?([^"\n]*)/m.exec(text)?.[1];
  return printable(name ?? host.os);
}

async function nixLine(context: DoctorContext): Promise<string> {
  const nix = await nixProgram(context);
  const said = await nixVersion(context);
  return nix && said ? `${wordsOf(said.result)}, ${nix.path}` : "not there";
}

async function opencodeLine(context: DoctorContext): Promise<string> {
  const { ports, root } = context;
  const { settings } = await projectSettings(context);
  const { variables } = await shellVariables(context);
  const located = await locateOpencode(ports, {
    configured: settings.opencode.path,
    projectRoot: root,
    userPath: ports.env["PATH"],
    shellPath: variables["PATH"],
  });
  if ("code" in located) return located.message;
  const version = await firstLine(context, located.file, "--version");
  return `${version}, ${located.file} (${located.source})`;
}

const terminalVariables = ["TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION"] as const;

function terminalOf(env: DoctorContext["ports"]["env"]): Readonly<Record<string, string>> {
  const named = terminalVariables.flatMap((name) => (env[name] ? [`${name}=${env[name]}`] : []));
  const isRemote = Boolean(env["SSH_CONNECTION"] ?? env["SSH_TTY"]);
  return {
    terminal: printable(named.join(" ")) || "does not say",
    "over ssh": isRemote ? "yes" : "no",
    locale: env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "not set",
  };
}
