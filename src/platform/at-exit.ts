/** What must not outlive us. One listener does it all: of more than ten Node warns, as of a leak. */
import type { Cancel } from "./ports.ts";

const deeds = new Set<() => void>();

process.on("exit", () => {
  for (const deed of deeds) deed();
});

/** Does something when this process exits, unless it is cancelled before. It must not wait. */
export function atExit(deed: () => void): Cancel {
  deeds.add(deed);
  return () => void deeds.delete(deed);
}
