import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { asObject } from "../../src/core/json.ts";
import { withoutAbsentServers } from "../../src/opencode/mcp-programs.ts";
import type { UserConfig } from "../../src/opencode/user-config.ts";
import type { Log } from "../../src/platform/ports.ts";
import { createPorts } from "../../src/platform/real-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const local = (...command: readonly string[]) => ({ type: "local", command, enabled: true });

describe("the MCP servers of a mode", () => {
  it("stay as they are when their programs are on the pane's PATH", async () => {
    const { enabled } = await switched({ serena: local("serena", "start-mcp-server") });

    expect(enabled).toEqual({ serena: true });
  });

  it("are switched off one by one when their programs are not there, and the log says so", async () => {
    const { enabled, logged } = await switched({ serena: local("serena"), notes: local("absent") });

    expect(enabled).toEqual({ serena: true, notes: false });
    expect(logged).toEqual([
      "plan: MCP server notes is switched off: there is no program absent on its PATH",
    ]);
  });

  it("are switched off when their program is a file that cannot be run", async () => {
    const { enabled } = await switched({ notes: local("bin/readme.txt") });

    expect(enabled).toEqual({ notes: false });
  });

  it("may name their program by a path from the project's root, or whole", async () => {
    const { enabled, root } = await switched({ near: local("bin/serena"), far: local("/no/such") });

    expect(enabled).toEqual({ near: true, far: false });
    const whole = await switched({ near: local(join(root, "bin/serena")) });
    expect(whole.enabled).toEqual({ near: true });
  });

  it("may have a PATH of their own", async () => {
    const { enabled } = await switched({
      serena: { ...local("serena"), environment: { PATH: "/nowhere" } },
    });

    expect(enabled).toEqual({ serena: false });
  });

  it("are left alone when only OpenCode can tell: remote, filled in, off, or without a command", async () => {
    const servers = {
      remote: { type: "remote", url: "https://example.org/mcp" },
      filled: local("{env:TOOLS}/absent"),
      off: { ...local("absent"), enabled: false },
      empty: { type: "local", command: [] },
    };

    const { enabled, logged } = await switched(servers);

    expect(enabled).toEqual({ remote: undefined, filled: true, off: false, empty: undefined });
    expect(logged).toEqual([]);
  });

  it("take their command from the project's own configuration where the mode only switches them on", async () => {
    const below = { mcp: { notes: { ...local("absent"), enabled: false } } };

    const { enabled } = await switched({ notes: { enabled: true } }, below);

    expect(enabled).toEqual({ notes: false });
  });

  it("of the user's own configuration alone are left to OpenCode", async () => {
    const { enabled } = await switched({}, { mcp: { own: local("absent") } });

    expect(enabled).toEqual({});
  });
});

/** What becomes of servers in a project with a program `serena` in `bin`, which is on PATH. */
async function switched(mcp: object, config: UserConfig["config"] = {}) {
  const root = await temporaryDirectory();
  const bin = join(root, "bin");
  await mkdir(bin);
  await writeFile(join(bin, "serena"), "#!/bin/sh\n");
  await chmod(join(bin, "serena"), 0o755);
  await writeFile(join(bin, "readme.txt"), "no program\n");
  const logged: string[] = [];
  const note = (message: string) => void logged.push(message);
  const log: Log = {
    debug: note,
    info: note,
    warn: note,
    error: note,
    hide: () => undefined,
    redact: (text) => text,
    tail: async () => [],
  };
  const { modeConfig } = await withoutAbsentServers(
    { files: createPorts().files, log },
    { modeConfig: { mcp }, config, mcpServers: [], agents: [] },
    { mode: "plan", root, environment: { PATH: `/nowhere:${bin}` } },
  );
  const servers = Object.entries(asObject(modeConfig["mcp"]));
  const enabled = Object.fromEntries(servers.map(([name, of]) => [name, asObject(of)["enabled"]]));
  return { enabled, logged, root };
}
