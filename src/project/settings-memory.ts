/**
 * Settings that were read and found good, remembered by their text. Reading them the first time takes
 * a validator whose code alone needs 20 ms to load, every start's dearest part; the same text gives
 * the same settings, so the next start only reads what was found.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Ports } from "../platform/ports.ts";
import { directoriesOf } from "./directories.ts";
import type { FileSettings } from "./settings-schema.ts";

type MemoryPorts = Pick<Ports, "files" | "env" | "host">;

/** What a text was found to say by this very schema; undefined when it was never read. */
export async function recallSettings(
  ports: MemoryPorts,
  text: string,
): Promise<FileSettings | undefined> {
  try {
    const found = await ports.files.readText(await placeOf(ports, text));
    // Written below and only there, under the hash of the text and the schema.
    return found === undefined ? undefined : JSON.parse(found);
  } catch {
    return undefined;
  }
}

/** Remembers what a text says. A cache that cannot be written to is none. */
export async function rememberSettings(
  ports: MemoryPorts,
  text: string,
  settings: FileSettings,
): Promise<void> {
  try {
    await ports.files.writeAtomically(await placeOf(ports, text), JSON.stringify(settings), 0o600);
  } catch {
    // The next start reads the settings again.
  }
}

async function placeOf(ports: MemoryPorts, text: string): Promise<string> {
  const schemaFile = join(ports.host.installation, "profiles", "ai-rules.schema.json");
  const schema = (await ports.files.readText(schemaFile)) ?? "";
  const hash = createHash("sha256").update(schema).update("\0").update(text).digest("hex");
  return join(directoriesOf(ports).settings, `${hash.slice(0, 32)}.json`);
}
