import { once } from "node:events";
import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { loggedNetwork, loggedRun, loggedSpawn } from "../../src/platform/logged.ts";
import { createNetwork } from "../../src/platform/network.ts";
import { createSpawnPty } from "../../src/platform/pty.ts";
import { runCommand } from "../../src/platform/run-command.ts";
import { until } from "../fakes/until.ts";

function begin() {
  const lines: string[] = [];
  const secrets: string[] = [];
  const debug = (line: string) => void lines.push(line);
  return {
    lines,
    secrets,
    log: { debug, hide: (values: readonly string[]) => void secrets.push(...values) },
  };
}

const env = { PATH: process.env["PATH"] ?? "", LM_API_TOKEN: "tok-123456" };

describe("with a log", () => {
  it("commands tell how they ended, not what they were given or wrote", async () => {
    const { lines, secrets, log } = begin();
    const run = loggedRun(runCommand, log);

    const result = await run({
      file: "sh",
      args: ["-c", "cat; exit 3"],
      env,
      input: "what I think",
    });
    await run({ file: "/nowhere/it", args: ["x".repeat(200)], env });

    expect(result.stdout).toBe("what I think");
    expect(lines[0]).toMatch(/^ran sh -c cat; exit 3: exit code 3 after \d+ ms$/);
    expect(lines[1]).toMatch(/^ran \/nowhere\/it x{79}…: not-found after/);
    expect(secrets).toContain("tok-123456");
  });

  it("panes tell when they are opened and how they end", async () => {
    const { lines, secrets, log } = begin();
    const spawn = loggedSpawn(createSpawnPty(), log);

    const pty = spawn({
      file: "/bin/sh",
      args: ["-c", "exit 4"],
      cwd: "/",
      env,
      cols: 80,
      rows: 24,
    });

    await until(() => lines.length === 2);
    expect(lines).toEqual([
      `opened /bin/sh -c exit 4 as process ${pty.pid}`,
      `process ${pty.pid} ended: exit code 4`,
    ]);
    expect(secrets).toEqual(["tok-123456"]);
  });

  it("requests tell their status or their failure, not their bodies", async () => {
    const { lines, log } = begin();
    const network = loggedNetwork(createNetwork(), log);
    const server = createServer((_request, response) => response.writeHead(404).end("secret"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const url = `http://127.0.0.1:${port}/api`;

    await network.fetch(url, { method: "POST", body: "a prompt" });
    await network.fetchPatiently(url);
    server.close();
    server.closeAllConnections();
    await expect(network.fetch("http://127.0.0.1:1/")).rejects.toThrow();

    expect(lines[0]).toMatch(new RegExp(`^POST ${url}: 404 after \\d+ ms$`));
    expect(lines[1]).toMatch(new RegExp(`^GET ${url}: 404 after`));
    expect(lines[2]).toMatch(/^GET http:\/\/127.0.0.1:1\/: .*Error/);
    expect(lines.join("\n")).not.toMatch(/prompt|secret/);
  });
});
