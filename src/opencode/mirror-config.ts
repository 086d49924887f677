/**
 * A copy of all OpenCode configuration that counts in a project, for an OpenCode that is only asked
 * something: where it runs, it completes configuration files and installs a package beside them, and
 * asking must change nothing. Plugins and tools, which are programs, are not copied.
 */
import { dirname, join } from "node:path";
import type { Ports, Variables } from "../platform/ports.ts";
import { agentFolders, configPlaces, withAbsoluteFiles } from "./user-config.ts";

export type MirrorRequest = {
  readonly root: string;
  /** The environment that the panes get. */
  readonly environment: Variables;
  /** An empty directory of ours, links resolved. */
  readonly into: string;
};

export type Mirror = {
  /** The directory that stands for the project. */
  readonly root: string;
  /** With it OpenCode reads and writes below the directory, and nowhere else. */
  readonly environment: Variables;
  /** Puts the real paths back into what OpenCode said. */
  readonly original: (text: string) => string;
};

/** Copies what there is. */
export async function mirrorConfig(
  ports: Pick<Ports, "files" | "host">,
  { root, environment, into }: MirrorRequest,
): Promise<Mirror> {
  const { global, ofHome, roots, own } = await configPlaces(ports, root, environment);
  const home = join(into, "home");
  const copyOfOwn = join(into, "own");
  const folders: readonly (readonly [from: string, to: string])[] = [
    [global, join(into, "config", "opencode")],
    [ofHome, join(home, ".opencode")],
    ...(own === undefined ? [] : [[own, copyOfOwn] as const]),
  ];
  // One in the other, as they are: OpenCode looks upwards from the project.
  const levels = roots.map(
    (from, index) =>
      [from, join(into, "project", ...roots.slice(0, index).map(() => "in"))] as const,
  );
  const project = levels.at(-1)?.[1] ?? into;
  for (const path of [home, project]) await ports.files.makeDirectory(path, 0o700);
  await Promise.all([
    ...folders.map(([from, to]) => copyFolder(ports, { from, to })),
    ...levels.map(([from, to]) => copyLevel(ports, { from, to, except: ofHome })),
  ]);
  return {
    root: project,
    environment: {
      ...environment,
      HOME: home,
      XDG_CONFIG_HOME: join(into, "config"),
      XDG_DATA_HOME: join(into, "data"),
      XDG_STATE_HOME: join(into, "state"),
      XDG_CACHE_HOME: join(into, "cache"),
      ...(own === undefined ? {} : { OPENCODE_CONFIG_DIR: copyOfOwn }),
      // The package that OpenCode installs beside each configuration would be fetched.
      npm_config_offline: "true",
    },
    original: (text) =>
      [...folders, ...levels.toReversed()].reduce(
        (said, [from, to]) => said.replaceAll(to, from),
        text,
      ),
  };
}

type Copy = { readonly from: string; readonly to: string };

/** A directory's own files, and its `.opencode`. */
async function copyLevel(
  ports: Pick<Ports, "files">,
  { from, to, except }: Copy & { readonly except: string },
): Promise<void> {
  await copyFiles(ports, { from, to, names: await configNames(ports, from) });
  const folder = join(from, ".opencode");
  if (folder !== except) await copyFolder(ports, { from: folder, to: join(to, ".opencode") });
}

async function copyFolder(ports: Pick<Ports, "files">, { from, to }: Copy): Promise<void> {
  await copyFiles(ports, { from, to, names: await configNames(ports, from) });
  for (const folder of [...agentFolders, "command", "commands"])
    await copyMarkdown(ports, { from: join(from, folder), to: join(to, folder) }, 2);
}

/** Names of the files in which configuration can stand, those of the modes included. */
async function configNames(
  { files }: Pick<Ports, "files">,
  folder: string,
): Promise<readonly string[]> {
  const names = await files.list(folder).catch(() => []);
  return names.filter((name) => /^(config\.json|opencode(\.\w+)?\.jsonc?)$/u.test(name));
}

async function copyMarkdown(
  ports: Pick<Ports, "files">,
  { from, to }: Copy,
  depth: number,
): Promise<void> {
  const entries = await ports.files.list(from).catch(() => []);
  await copyFiles(ports, { from, to, names: entries.filter((name) => name.endsWith(".md")) });
  if (depth === 0) return;
  for (const name of entries.filter((entry) => !entry.includes(".")))
    await copyMarkdown(ports, { from: join(from, name), to: join(to, name) }, depth - 1);
}

async function copyFiles(
  { files }: Pick<Ports, "files">,
  { from, to, names }: Copy & { readonly names: readonly string[] },
): Promise<void> {
  for (const name of names) {
    const text = await files.readText(join(from, name)).catch(() => undefined);
    if (text === undefined) continue;
    const target = join(to, name);
    await files.makeDirectory(dirname(target), 0o700);
    await files.writeAtomically(target, withAbsoluteFiles(text, join(from, name)));
  }
}
