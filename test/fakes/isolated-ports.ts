import { join } from "node:path";
import { createLog } from "../../src/platform/log.ts";
import type { Ports, Variables } from "../../src/platform/ports.ts";
import { createPorts } from "../../src/platform/real-ports.ts";

/** The real ports, with HOME and every XDG directory below `directory`. */
export function isolatedPorts(directory: string, extra: Variables = {}): Ports {
  const real = createPorts();
  const home = join(directory, "home");
  const env = { PATH: real.env["PATH"] ?? "", HOME: home, TMPDIR: directory, ...extra };
  return { ...real, env, host: { ...real.host, home }, log: createLog({ env, home }) };
}
