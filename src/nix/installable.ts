import type { Host } from "../platform/ports.ts";

/** The name of a flake's shell when none is asked for (Nix flake schema). */
export const defaultShell = "default";

/**
 * What Nix is asked for, relative to the project's root. `reader` is "path:" where Nix cannot read
 * the project's directory as a Git repository.
 */
export function installableOf(shell: string | undefined, reader: "" | "path:" = ""): string {
  // Nix decodes percent signs in the fragment (seen on 2.8), so what is special in a URL is encoded.
  const fragment = shell?.replace(/[^\w.+-]/gu, encodeURIComponent);
  return fragment === undefined ? `${reader}.` : `${reader}.#${fragment}`;
}

const architectures: Readonly<Record<string, string>> = {
  x64: "x86_64",
  arm64: "aarch64",
  ia32: "i686",
  arm: "armv7l",
};

/** Nix's name of this machine's kind: "x86_64-linux". */
export function nixSystem({ arch, os }: Pick<Host, "arch" | "os">): string {
  return `${architectures[arch] ?? arch}-${os}`;
}
