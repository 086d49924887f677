import { chmod, mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type LocateRequest, locateOpencode } from "../../src/opencode/locate.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const stub = 'echo "opencode-ai: the postinstall script was not run"\nexit 1\n';

async function machine() {
  const directory = await temporaryDirectory();
  const real = isolatedPorts(directory);
  const host = { ...real.host, os: "linux", arch: "x64", installation: directory } as const;
  const ports = { files: { ...real.files }, host };
  const put = async (name: string, text = "#!/bin/sh\n", mode = 0o755): Promise<string> => {
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    await chmod(path, mode);
    return path;
  };
  return {
    directory,
    ports,
    put,
    locate: (request: LocateRequest) => locateOpencode(ports, request),
  };
}

describe("finding OpenCode", () => {
  it("takes the settings' path, then the user's PATH, the shell's PATH, the installed copy", async () => {
    const { directory, put, locate } = await machine();
    const mine = await put("mine/oc");
    const path = await put("user/opencode");
    const shell = await put("shell/opencode");
    const bundled = await put("node_modules/opencode-linux-x64/bin/opencode");
    const request = {
      configured: mine,
      userPath: `relative:${directory}/empty:${dirname(path)}`,
      shellPath: dirname(shell),
    };

    expect(await locate(request)).toEqual({ file: mine, source: "settings" });
    expect(await locate({ ...request, configured: undefined })).toEqual({
      file: path,
      source: "path",
    });
    expect(await locate({ shellPath: dirname(shell) })).toEqual({ file: shell, source: "shell" });
    expect(await locate({})).toEqual({ file: bundled, source: "bundled" });
  });

  it("passes over npm's stub, but not over the program beside it", async () => {
    const { directory, put, locate } = await machine();
    const file = await put("lib/node_modules/opencode-ai/bin/opencode.exe", stub);
    await mkdir(join(directory, "bin"));
    await symlink(file, join(directory, "bin", "opencode"));
    const request = { userPath: join(directory, "bin") };

    expect(await locate(request)).toMatchObject({ code: "opencode/not-found" });

    const real = await put("lib/node_modules/opencode-linux-x64/bin/opencode");
    expect(await locate(request)).toEqual({ file: real, source: "path" });

    await rm(real);
    const nested = await put(
      "lib/node_modules/opencode-ai/node_modules/opencode-linux-x64/bin/opencode",
    );
    expect(await locate(request)).toEqual({ file: nested, source: "path" });
  });

  it("passes over what cannot be executed", async () => {
    const { put, locate } = await machine();
    const file = await put("user/opencode", "text", 0o644);

    expect(await locate({ userPath: dirname(file) })).toMatchObject({
      code: "opencode/not-found",
      remedy: expect.stringContaining("npm install"),
    });
  });

  it("says what is wrong with the settings' path and never uses another one", async () => {
    const { directory, put, locate } = await machine();
    const other = await put("user/opencode");
    const plain = await put("plain", "text", 0o644);
    const userPath = dirname(other);

    expect(await locate({ configured: plain, userPath })).toMatchObject({
      code: "opencode/not-executable",
      remedy: `chmod +x ${plain}`,
    });
    expect(await locate({ configured: "./none", projectRoot: directory, userPath })).toMatchObject({
      code: "opencode/not-found",
      message: expect.stringContaining("./none"),
    });
  });

  it("says what to do on NixOS, where the installed copy cannot run", async () => {
    const { ports, put } = await machine();
    await put("node_modules/opencode-linux-x64/bin/opencode");
    const files = {
      ...ports.files,
      status: (path: string) =>
        path.startsWith("/lib") ? Promise.resolve(undefined) : ports.files.status(path),
    };

    expect(await locateOpencode({ ...ports, files }, {})).toMatchObject({
      code: "opencode/not-runnable",
      remedy: expect.stringContaining("pkgs.opencode"),
    });
  });

  it("chooses the baseline build for a processor without AVX2", async () => {
    const { ports, put } = await machine();
    await put("node_modules/opencode-linux-x64/bin/opencode");
    const baseline = await put("node_modules/opencode-linux-x64-baseline/bin/opencode");
    const files = {
      ...ports.files,
      readText: (path: string) =>
        path === "/proc/cpuinfo" ? Promise.resolve("flags\t: sse4_2 avx") : Promise.resolve(""),
    };

    expect(await locateOpencode({ ...ports, files }, {})).toEqual({
      file: baseline,
      source: "bundled",
    });
  });
});
