/** How much room there is where a runtime of this machine keeps its models. */
import { dirname, isAbsolute, join } from "node:path";
import type { RuntimeKind } from "../core/runtime.ts";
import type { Ports, Variables } from "../platform/ports.ts";

/** Free bytes for this user; undefined where nobody knows where its models are. */
export async function freeDiskBytes(
  ports: Pick<Ports, "files" | "host" | "run" | "env">,
  { kind, variables }: { readonly kind: RuntimeKind; readonly variables: Variables },
): Promise<number | undefined> {
  for (const path of placesOf(kind, { home: ports.host.home, variables })) {
    const there = await nearestDirectory(ports, path);
    if (there !== undefined) return freeAt(ports, there);
  }
  return undefined;
}

type Whose = { readonly home: string; readonly variables: Variables };

/** Where the runtimes' own documents say that models are kept; its service's place on Linux first. */
function placesOf(kind: RuntimeKind, { home, variables }: Whose): readonly string[] {
  const own = variables["OLLAMA_MODELS"];
  if (kind === "lmstudio") return [join(home, ".lmstudio", "models")];
  if (kind !== "ollama") return [];
  if (own !== undefined && isAbsolute(own)) return [own];
  return ["/usr/share/ollama/.ollama/models", join(home, ".ollama", "models")];
}

/** The directory itself, or one of the two above it: what is not there yet will be made there. */
async function nearestDirectory(
  { files }: Pick<Ports, "files">,
  path: string,
): Promise<string | undefined> {
  for (const each of [path, dirname(path), dirname(dirname(path))]) {
    const status = await files.status(each).catch(() => undefined);
    if (status?.kind === "directory") return each;
  }
  return undefined;
}

async function freeAt(
  { run, env }: Pick<Ports, "run" | "env">,
  path: string,
): Promise<number | undefined> {
  // POSIX: a line of titles, then device, size, used and available in KiB.
  const result = await run({ file: "df", args: ["-Pk", path], env, timeoutMs: 3000 });
  const [, line = ""] = result.stdout.split("\n");
  const [, available] = /\s\d+\s+\d+\s+(\d+)\s+\d+%/.exec(line) ?? [];
  return available === undefined ? undefined : Number(available) * 1024;
}
