/** The real OpenCode in a project with a profile's files, configured as a mode's pane is. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asList, asObject, asText } from "../../src/core/json.ts";
import { agentModes } from "../../src/core/mode.ts";
import { prepareLaunch } from "../../src/opencode/launch.ts";
import { locateOpencode } from "../../src/opencode/locate.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import { loadProfile, profileNames } from "../../src/profiles/profile.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { everyFile } from "../opencode/file-tree.ts";
import {
  bash,
  createWorld,
  opencodeIsThere,
  type Pane,
  toolCall,
  type World,
} from "../opencode/real-pane.ts";
import { writeProfile } from "./write-profile.ts";

const mcpServer = join(import.meta.dirname, "../fakes/mcp-server.mjs");
const isOff = !opencodeIsThere && !process.env["CI"];

describe.skipIf(isOff).each(profileNames)("OpenCode in a project of the profile %s", (name) => {
  it.each(agentModes)("knows the agent %s with its prompt, temperature and rules", async (mode) => {
    const { profile, files } = await loadProfile(createPorts(), name);
    const { debug } = await project(name, mode);

    const agent = asObject(JSON.parse(await debug("agent", mode)));

    const { prompt, temperature } = profile.modes[mode];
    expect(asText(agent["prompt"])?.trim()).toBe(files.get(prompt)?.trim());
    expect(agent).toMatchObject({ name: mode, mode: "primary", temperature });
    const writes = mode === "build";
    expect(agent["tools"]).toMatchObject({ edit: writes, write: writes, bash: true, skill: true });
  });

  it("lists its skills", async () => {
    const { files } = await loadProfile(createPorts(), name);
    const ours = [...files.keys()].flatMap((path) => /skills\/([^/]+)\//.exec(path)?.[1] ?? []);
    const { debug } = await project(name, "plan");

    const skills = asList(JSON.parse(await debug("skill"))).map(asObject);

    expect(skills.map((skill) => skill["name"])).toEqual(expect.arrayContaining(ours));
    for (const skill of skills.filter((each) => ours.includes(String(each["name"]))))
      expect(asText(skill["content"])).toMatch(/^\s*# /);
  });
});

describe.skipIf(isOff)("a pane in a project of the profile phoenix-ash", () => {
  let world: World;
  let pane: Pane;
  let build: Pane;
  let note: string;

  beforeAll(async () => {
    world = await createWorld();
    note = join(world.directory, "note");
    const { files } = await loadProfile(createPorts(), "phoenix-ash");
    await writeProfile(world.root, files);
    const bin = await programs(world, ["serena"], note);
    pane = await world.open({ mode: "plan", variables: withPath(world, bin) });
    await greet(pane, "fake-plan");
  });

  afterAll(() => world.close());

  it("sends the profile's prompt, the instructions of AGENTS.md and the reading tools", () => {
    const [request] = world.models.requests;

    expect(request?.system).toContain("You are the planning agent of an Elixir project.");
    expect(request?.system).toContain("# For agents in this project");
    expect(request?.body["temperature"]).toBe(0.7);
    expect(request?.tools).toContain("serena_find_symbol");
    for (const tool of ["edit", "write", "serena_rename_symbol", "serena_write_memory"])
      expect(request?.tools).not.toContain(tool);
  });

  it("runs a reading tool of serena without asking", async () => {
    await pane.ask(toolCall("serena_find_symbol", {}));

    expect(existsSync(note)).toBe(true);
    await rm(note);
  });

  it("changes nothing, by serena neither", async () => {
    const before = await everyFile(world.root);
    const tries = [
      toolCall("serena_rename_symbol", {}),
      toolCall("write", { filePath: join(world.root, "x"), content: "x" }),
      bash("touch written"),
      bash("mix format"),
    ];

    const results = await pane.ask(tries.join("\n"));

    expect(results).toHaveLength(tries.length);
    expect(await everyFile(world.root)).toEqual(before);
    expect(existsSync(note)).toBe(false);
  });

  it("says that serena is connected where it is on PATH", async () => {
    expect(await pane.get("/mcp")).toMatchObject({ serena: { status: "connected" } });
    await pane.end();
  });

  it("shows no failed server in build where neither serena nor mgrep is there", async () => {
    build = await world.open({ mode: "build" });
    await build.terminal.until("Ask anything", { timeoutMs: 60_000 });

    expect(await build.get("/mcp")).toEqual({
      serena: { status: "disabled" },
      mgrep: { status: "disabled" },
    });
  });

  it("refuses in build what never ends, and runs what does", async () => {
    await greet(build, "fake-build");

    const tries = ["mix phx.server", "PORT=4001 mix phx.server", "iex -S mix", "echo done"];
    const results = await build.ask(tries.map(bash).join("\n"));

    for (const result of results.slice(0, 3)) expect(result).toContain("phx.server");
    expect(results[3]?.trim()).toBe("done");
    await build.end();
  });
});

/** A project with a profile's files, and a function that asks OpenCode as a mode of it is run. */
async function project(name: (typeof profileNames)[number], mode: (typeof agentModes)[number]) {
  const directory = await temporaryDirectory();
  const ports = isolatedPorts(directory, { npm_config_offline: "true" });
  const root = join(directory, "ä project");
  await writeProfile(root, (await loadProfile(createPorts(), name)).files);
  const opencode = await locateOpencode(ports, {});
  if ("code" in opencode) throw new Error(opencode.message);
  const launch = await prepareLaunch(ports, {
    mode,
    settings: { env: {} },
    project: { root },
    directories: { run: join(directory, "run"), data: join(directory, "data") },
    port: 1,
    password: "secret",
    environment: ports.env,
    opencode,
  });
  const debug = async (...args: readonly string[]): Promise<string> => {
    const options = { cwd: root, env: launch.env };
    const { stdout } = await promisify(execFile)(launch.file, ["debug", ...args], options);
    return stdout;
  };
  return { debug };
}

/** Types the first prompt: the pane then has a session that HTTP can talk to. */
async function greet(pane: Pane, model: string): Promise<void> {
  await pane.terminal.until("Ask anything", { timeoutMs: 60_000 });
  pane.terminal.type("hello");
  await pane.terminal.until("hello");
  pane.terminal.press("enter");
  await pane.terminal.until(`${model} heard: hello`, { timeoutMs: 60_000 });
  await pane.activity("idle");
  await pane.seen(() => pane.last("session"));
}

/** Makes programs that are MCP servers; returns their folder. */
async function programs(world: World, names: readonly string[], note: string): Promise<string> {
  const bin = join(world.directory, "bin");
  await mkdir(bin);
  const tools = "find_symbol rename_symbol write_memory";
  for (const name of names) {
    const text = `#!/bin/sh\nexec '${process.execPath}' '${mcpServer}' '${note}' ${tools}\n`;
    await writeFile(join(bin, name), text);
    await chmod(join(bin, name), 0o755);
  }
  return bin;
}

function withPath({ ports }: World, bin: string): { readonly PATH: string } {
  return { PATH: `${bin}${delimiter}${ports.env["PATH"] ?? ""}` };
}
