import { createServer } from "node:net";
import type { FetchPatiently, Network } from "./ports.ts";

/** HTTP by Node's own fetch and by one that waits longer, and free ports of the loopback interface. */
export function createNetwork(): Network {
  return { fetch: (input, init) => globalThis.fetch(input, init), fetchPatiently, freePort };
}

/** Node's HTTP and TLS take 10 ms to load, which a start would wait for and no pane needs. */
const fetchPatiently: FetchPatiently = async (url, options) => {
  const { fetchPatiently: fetchNow } = await import("./patient-fetch.ts");
  return fetchNow(url, options);
};

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
