import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createDoctorContext } from "../../src/doctor/context.ts";
import { portHolder } from "../../src/doctor/facts/port-holder.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { onPath } from "../profiles/on-path.ts";

/** A port on which this very process listens, at an address. */
function listen(address: string): Promise<{ readonly port: number; readonly close: () => void }> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, address, () => {
      const bound = server.address();
      const port = typeof bound === "object" && bound ? bound.port : 0;
      resolve({ port, close: () => void server.close() });
    });
    onTestFinished(() => void server.close());
  });
}

async function holderOf(port: number, os: "linux" | "darwin") {
  const directory = await temporaryDirectory();
  const real = isolatedPorts(directory);
  const context = createDoctorContext({
    ports: { ...real, host: { ...real.host, os } },
    root: directory,
    program: { version: "1.0.0", node: "24.0.0" },
    abort: new AbortController().signal,
  });
  return portHolder(context, port);
}

const ways = [
  { os: "linux", skip: process.platform !== "linux" },
  // As on macOS, with the lsof of this machine.
  { os: "darwin", skip: !onPath("lsof") && process.platform !== "darwin" },
] as const;

describe.each(ways)("the holder of a port, found as on $os", ({ os, skip }) => {
  it.skipIf(skip).each(["127.0.0.1", "0.0.0.0", "::"])("is found at %s", async (address) => {
    const { port } = await listen(address);

    expect(await holderOf(port, os)).toMatchObject({ process: { pid: process.pid } });
  });

  it.skipIf(skip)("is nobody once the port is free", async () => {
    const { port, close } = await listen("127.0.0.1");
    close();

    expect(await holderOf(port, os)).toBeUndefined();
  });
});
