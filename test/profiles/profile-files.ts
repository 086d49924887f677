import { readdirSync } from "node:fs";
import { join } from "node:path";

const directory = join(import.meta.dirname, "../../profiles");

/** The profiles that are shipped. */
export const profiles: readonly string[] = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

/** The directory of a profile's files. */
export function profileDirectory(profile: string): string {
  return join(directory, profile);
}
