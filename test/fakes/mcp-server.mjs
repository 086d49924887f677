/**
 * A local MCP server: `mcp-server.mjs FILE [TOOL ...]`. Each of its tools (`note` unless named) writes
 * FILE. Spoken over stdin and stdout, one JSON-RPC message a line (MCP, transport "stdio").
 */
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [, , file, ...names] = process.argv;
const tools = (names.length > 0 ? names : ["note"]).map((name) => ({
  name,
  description: "Takes a note",
  inputSchema: { type: "object" },
}));

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: "notes", version: "1.0.0" },
  }),
  "tools/list": () => ({ tools }),
  "tools/call": () => {
    writeFileSync(file, "noted");
    return { content: [{ type: "text", text: "noted" }] };
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const { id, method, params } = JSON.parse(line);
  const result = answers[method]?.(params ?? {});
  if (id === undefined) return;
  const answer = result ? { result } : { error: { code: -32601, message: "not known" } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id, ...answer })}\n`);
});
