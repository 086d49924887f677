/** Settings that an earlier setup kept in a file of its own: they are taken over once. */
import type { Files } from "../platform/ports.ts";
import { readProjectFile } from "../profiles/read-project-file.ts";
import type { ProjectKind } from "../profiles/recognise.ts";
import type { Adopted } from "../profiles/setup/join-text.ts";

export type EarlierSettings = {
  readonly adopted?: Adopted;
  readonly notes: readonly string[];
};

/** Reads the file for MLX, and says what of it could not be read. */
export async function earlierSettings(
  files: Files,
  root: string,
  { mlxConfig }: ProjectKind,
): Promise<EarlierSettings> {
  if (mlxConfig === undefined) return { notes: [] };
  const { text = "", note } = await readProjectFile(files, root, mlxConfig);
  if (note !== undefined) return { notes: [note] };
  // The parser of YAML takes its time to load.
  const { translateMlxConfig } = await import("../profiles/mlx-config.ts");
  const translated = translateMlxConfig(text, mlxConfig);
  if ("code" in translated) return { notes: [`${translated.message}; fix: ${translated.remedy}`] };
  const { settings, unread } = translated;
  const notes = unread.map(({ key, why }) => `${mlxConfig}: ${key} is not taken over: ${why}`);
  if (settings.mlx === undefined) return { notes };
  return { adopted: { settings: { runtimes: settings }, from: mlxConfig }, notes };
}
