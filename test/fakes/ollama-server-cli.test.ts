import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "./until.ts";

const program = fileURLToPath(new URL("./ollama-server-cli.ts", import.meta.url));
const children: ChildProcess[] = [];

afterEach(async () => {
  for (const child of children.splice(0)) {
    const ended = once(child, "exit");
    child.kill();
    await ended;
  }
});

describe("the stand-in for Ollama as a program", () => {
  it("serves at its port and does what its stdin says", async () => {
    const child = spawn(process.execPath, [program, "--port", "0", "--load-ms", "0"]);
    children.push(child);
    let printed = "";
    child.stdout.on("data", (bytes: Buffer) => {
      printed += bytes.toString();
    });
    const seen = () => printed;
    const [url = ""] = await until(() => /http:\S+(?=;)/.exec(printed), { seen });

    const body = JSON.stringify({ model: "llama3.1:8b" });
    await (await fetch(`${url}/api/generate`, { method: "POST", body })).text();
    child.stdin.write("loaded\n");
    await until(() => printed.includes("llama3.1:8b 32768 users 0"), { seen });
    child.stdin.write("restart\nloaded\nrequests\n");
    await until(() => printed.includes("POST /api/generate"), { seen });

    expect(await (await fetch(`${url}/api/ps`)).json()).toEqual({ models: [] });
  });
});
