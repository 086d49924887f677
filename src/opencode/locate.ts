import { delimiter, dirname, isAbsolute, join } from "node:path";
import type { Problem } from "../core/error.ts";
import type { Host, Ports } from "../platform/ports.ts";

export type OpencodeSource = "settings" | "path" | "shell" | "bundled";

export type LocatedOpencode = { readonly file: string; readonly source: OpencodeSource };

export type LocateRequest = {
  /** The setting `opencode.path`; absolute, or from the project's root. */
  readonly configured?: string | undefined;
  readonly projectRoot?: string | undefined;
  /** PATH of the user who started ai-rules. */
  readonly userPath?: string | undefined;
  /** PATH of the development shell. */
  readonly shellPath?: string | undefined;
};

/** What finding an executable needs of the machine. */
export type LocatePorts = Pick<Ports, "files" | "host">;

/**
 * Finds OpenCode: the settings' path, the user's PATH, the development shell's PATH, the copy of this
 * installation. What is set but does not work is a problem, never a silent fall-back.
 */
export async function locateOpencode(
  ports: LocatePorts,
  request: LocateRequest,
): Promise<LocatedOpencode | Problem> {
  if (request.configured !== undefined) return configured(ports, request.configured, request);
  const onUserPath = await findOnPath(ports, request.userPath);
  if (onUserPath) return { file: onUserPath, source: "path" };
  const inShell = await findOnPath(ports, request.shellPath);
  if (inShell) return { file: inShell, source: "shell" };
  const bundled = await findBundled(ports, ports.host.installation);
  if (bundled) return (await withoutLoader(ports)) ?? { file: bundled, source: "bundled" };
  return {
    code: "opencode/not-found",
    message:
      "OpenCode was not found: not on PATH, not in the development shell, not installed here",
    remedy: "npm install --global opencode-ai, or set opencode.path in ai-rules.json",
  };
}

async function configured(
  ports: LocatePorts,
  path: string,
  { projectRoot }: LocateRequest,
): Promise<LocatedOpencode | Problem> {
  const file = absolute(ports.host, path, projectRoot);
  const usable = await usableExecutable(ports, file);
  if (usable) return { file: usable, source: "settings" };
  if ((await ports.files.status(file)) === undefined) {
    return {
      code: "opencode/not-found",
      message: `opencode.path names ${path}, which does not exist`,
      remedy: "correct opencode.path in ai-rules.json, or remove it to use the one on PATH",
    };
  }
  return {
    code: "opencode/not-executable",
    message: `opencode.path names ${path}, which cannot be executed`,
    remedy: `chmod +x ${file}`,
  };
}

function absolute(host: Host, path: string, projectRoot: string | undefined): string {
  if (path.startsWith("~/")) return join(host.home, path.slice(2));
  return isAbsolute(path) ? path : join(projectRoot ?? host.home, path);
}

async function findOnPath(
  ports: LocatePorts,
  path: string | undefined,
): Promise<string | undefined> {
  const directories = (path ?? "").split(delimiter).filter(isAbsolute);
  for (const directory of directories) {
    const usable = await usableExecutable(ports, join(directory, "opencode"));
    if (usable) return usable;
  }
  return undefined;
}

/**
 * The npm package's `opencode` is a shell stub of 479 bytes until its postinstall script replaces it
 * (measured on opencode-ai 1.18.33); the real program then lies in the platform package beside it.
 */
const stubBytes = 4096;

async function usableExecutable(ports: LocatePorts, file: string): Promise<string | undefined> {
  if (!(await ports.files.isExecutable(file))) return undefined;
  const status = await ports.files.status(file);
  if (status === undefined || status.size > stubBytes) return file;
  const text = (await ports.files.readText(file)) ?? "";
  if (!text.includes("postinstall")) return file;
  const real = (await ports.files.realPath(file)) ?? file;
  // <prefix>/node_modules/opencode-ai/bin/opencode.exe
  return findBundled(ports, join(dirname(real), "..", "..", ".."));
}

/** NixOS has no loader where programs of other systems look for it. */
async function withoutLoader({ files, host }: LocatePorts): Promise<Problem | undefined> {
  if (host.os !== "linux") return undefined;
  const loaders = ["/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1", muslLoader(host)];
  const found = await Promise.all(loaders.map((path) => files.status(path)));
  if (found.some((status) => status !== undefined)) return undefined;
  return {
    code: "opencode/not-runnable",
    message: "the OpenCode that npm installs cannot run on this system (it has no ld-linux)",
    remedy: "add pkgs.opencode to the development shell in flake.nix",
  };
}

/** The platform's package under a directory's `node_modules`; works without any install script. */
async function findBundled(ports: LocatePorts, directory: string): Promise<string | undefined> {
  for (const name of await packageNames(ports)) {
    for (const modules of [
      join(directory, "node_modules"),
      join(directory, "node_modules", "opencode-ai", "node_modules"),
    ]) {
      const file = join(modules, name, "bin", "opencode");
      if (await ports.files.isExecutable(file)) return file;
    }
  }
  return undefined;
}

/** Package names for this machine, the best one first. */
async function packageNames({ files, host }: LocatePorts): Promise<readonly string[]> {
  const base = `opencode-${host.os}-${host.arch}`;
  const names = (await needsBaseline({ files, host }))
    ? [`${base}-baseline`, base]
    : [base, `${base}-baseline`];
  const musl = names.map((name) => `${name}-musl`);
  return (await usesMusl({ files, host })) ? [...musl, ...names] : [...names, ...musl];
}

/** The usual build needs AVX2; where the kernel does not tell, it is taken to be there. */
async function needsBaseline({ files, host }: LocatePorts): Promise<boolean> {
  if (host.os !== "linux" || host.arch !== "x64") return false;
  const text = await files.readText("/proc/cpuinfo").catch(() => undefined);
  const flags = /^flags\s*:.*$/m.exec(text ?? "")?.[0];
  return flags !== undefined && !/\bavx2\b/.test(flags);
}

async function usesMusl({ files, host }: LocatePorts): Promise<boolean> {
  if (host.os !== "linux") return false;
  const musl = await files.status(muslLoader(host));
  return musl !== undefined && (await files.status("/etc/alpine-release")) !== undefined;
}

function muslLoader({ arch }: Host): string {
  return `/lib/ld-musl-${arch === "arm64" ? "aarch64" : "x86_64"}.so.1`;
}
