import { dirname } from "node:path";
import { memory } from "../../core/format.ts";
import type { Files } from "../../platform/ports.ts";
import { type Check, ok, skip } from "../check.ts";
import { nixProgram } from "../facts/nix.ts";

const gigabyte = 1024 ** 3;
/** A first shell with Erlang, PostgreSQL and Node takes some 3 GB. */
const scarceBytes = 5 * gigabyte;
const noneBytes = 0.5 * gigabyte;

/** Room where Nix builds and keeps things. */
export const diskCheck: Check = {
  id: "nix-disk",
  group: "nix",
  title: "free disk for the Nix store",
  timeoutMs: 4500,
  run: async (context) => {
    if (!(await nixProgram(context))) return [skip("Nix is not installed")];
    const { files, env } = context.ports;
    const store = await nearest(files, env["NIX_STORE_DIR"] ?? "/nix/store");
    // POSIX: a line of titles, then device, size, used and available in KiB.
    const result = await context.run({ file: "df", args: ["-Pk", store], timeoutMs: 4000 });
    const available = /\s\d+\s+\d+\s+(\d+)\s+\d+%/u.exec(result.stdout)?.[1];
    if (available === undefined) return [skip("`df` does not say how much there is")];
    const bytes = Number(available) * 1024;
    if (bytes >= scarceBytes) return [ok(`${memory(bytes)} are free at ${store}`)];
    return [
      {
        status: bytes < noneBytes ? "fail" : "warn",
        code: "nix/disk-low",
        found: `only ${memory(bytes)} are free at ${store}`,
        why: "a shell with Erlang, PostgreSQL and Node takes some 3 GB, and a build that runs full fails",
        remedy: "run `nix-collect-garbage`",
      },
    ];
  },
};

async function nearest(files: Files, path: string): Promise<string> {
  const found = await files.status(path).catch(() => undefined);
  return found || dirname(path) === path ? path : nearest(files, dirname(path));
}
