import { createServer } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { createNetwork } from "../../src/platform/network.ts";

describe("a free port", () => {
  it("can be listened on", async () => {
    const port = await createNetwork().freePort();

    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, "127.0.0.1", resolve);
    });

    expect(port).toBeGreaterThan(1023);
  });
});
