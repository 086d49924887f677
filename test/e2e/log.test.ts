/** What a day's work leaves in the log, with everything written down: no secret and no prompt. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeModelProject } from "../fakes/model-project.ts";
import { type ModelServer, startModelServer } from "../fakes/model-server.ts";
import { filesBelow } from "./processes.ts";
import { makeScene, type Scene } from "./program.ts";

const slow = { timeoutMs: 60_000 } as const;
const token = "lm-token-of-ada-4711";
const prompt = "where do my blue elephants sleep";

let server: ModelServer;
let scene: Scene;

beforeAll(async () => {
  server = await startModelServer();
  scene = await makeScene("shop");
  await writeModelProject(scene.project, server);
  const modes = { plan: { env: { SHOP_SECRET: "held-in-settings" } }, build: { command: ["sh"] } };
  const others = { review: { command: ["sh"] } };
  await scene.write("ai-rules.json", JSON.stringify({ modes: { ...modes, ...others } }));
});

afterAll(async () => {
  await scene.end();
  await server.close();
});

describe("the log of a run with an agent", () => {
  it("tells what ran, and has neither token, password nor prompt in it", async () => {
    const env = { AI_RULES_LOG: "debug", LM_API_TOKEN: token };
    const terminal = scene.open({ cols: 215, rows: 50, env });
    await terminal.until(/1 plan · fake-plan · ○ idle/, slow);
    // Its server answers before its prompt takes keys.
    await terminal.until("Ask anything", slow);
    const passwords = await serverPasswords();
    // Only Linux shows them without root's help; elsewhere the other secrets have to do.
    if (process.platform === "linux") expect(passwords).toHaveLength(1);
    terminal.type(prompt);
    await terminal.until(prompt);
    terminal.press("enter");
    await terminal.until(`fake-plan heard: ${prompt}`, slow);
    await terminal.until(/1 plan · fake-plan · ○ idle/, slow);
    // Stopping, starting again and the overlay of the log itself write lines as well.
    terminal.press("ctrl+o", "r");
    await terminal.until(/1 plan · fake-plan · (⟳|–)/, slow);
    await terminal.until(/1 plan · fake-plan · ○ idle/, slow);
    passwords.push(...(await serverPasswords()));
    terminal.press("ctrl+o", "q");
    expect((await terminal.exited).code).toBe(0);

    const text = await readFile(join(scene.home, ".local/state/ai-rules/log"), "utf8");
    expect(text).toMatch(/ info ai-rules [\d.]+ opens /);
    expect(text).toMatch(/ debug opened \S*opencode\S* .* as process \d+\n/);
    expect(text).toMatch(/ debug GET http:\/\/127\.0\.0\.1:\d+\/\S*: 200 after /);
    for (const secret of [token, "held-in-settings", prompt, "elephants", ...passwords])
      expect(text).not.toContain(secret);
  });

  it("is the only file of ours in which it could stand, and private", async () => {
    const files = await filesBelow(join(scene.home, ".local/state/ai-rules"));
    const ours = files.filter((file) => !/\/projects\/[^/]+\/(?!state|picks)/.test(file));

    for (const file of ours) expect(await readFile(file, "utf8")).not.toContain("elephants");
  });
});

/** The passwords that OpenCode was started with, from the environments of its processes. */
async function serverPasswords(): Promise<string[]> {
  const processes = await scene.processes();
  const environments = await Promise.all(
    processes.map(({ pid }) => readFile(`/proc/${pid}/environ`, "utf8").catch(() => "")),
  );
  const found = environments.flatMap(
    (text) => /OPENCODE_SERVER_PASSWORD=([^\0]+)/.exec(text)?.[1] ?? [],
  );
  return [...new Set(found)];
}
