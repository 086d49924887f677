import { createServer } from "node:net";
import type { FetchPatiently, Network } from "./ports.ts";

/** HTTP by Node's own fetch and by one that waits longer, and free ports of the loopback interface. */
export function createNetwork(): Network {
  const fetchPatiently = createFetchPatiently();
  return { fetch: (input, init) => globalThis.fetch(input, init), fetchPatiently, freePort };
}

/** Node's HTTP and TLS take 10 ms to load, which a start would wait for and no pane needs. */
function createFetchPatiently(): FetchPatiently {
  let loading: Promise<{ readonly fetchPatiently: FetchPatiently }> | undefined;
  return async (url, options) => {
    loading ??= import("./patient-fetch.ts");
    return (await loading).fetchPatiently(url, options);
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
