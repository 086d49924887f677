import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createClipboard } from "../../src/tui/clipboard.ts";
import { isolatedPorts } from "../fakes/isolated-ports.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";
import { until } from "../fakes/until.ts";
import { onPath } from "../profiles/on-path.ts";

const skip = !onPath("tmux") && !process.env["CI"];

function clipboard(ports: ReturnType<typeof isolatedPorts>) {
  const written: string[] = [];
  const copy = createClipboard({ ...ports, viaTerminal: (text) => void written.push(text) });
  return { copy, written };
}

it("is the terminal's outside of tmux, and nothing is put into it for nothing", async () => {
  const { copy, written } = clipboard(isolatedPorts(await temporaryDirectory()));

  copy("");
  copy("git add -N flake.nix");

  expect(written).toEqual(["git add -N flake.nix"]);
});

it("is the terminal's where the tmux around is not there any more", async () => {
  const directory = await temporaryDirectory();
  const { copy, written } = clipboard(isolatedPorts(directory, { TMUX: `${directory}/none,1,0` }));

  copy("mix deps.get");

  await until(() => written.length > 0);
  expect(written).toEqual(["mix deps.get"]);
});

describe.skipIf(skip)("inside tmux", () => {
  let directory: string;
  let tmux: (...args: readonly string[]) => Promise<string>;

  beforeEach(async () => {
    directory = await temporaryDirectory();
    const { run, env } = isolatedPorts(directory);
    tmux = async (...args) => {
      const all = ["-S", join(directory, "tmux"), "-f", "/dev/null", ...args];
      return (await run({ file: "tmux", args: all, env: { ...env, TERM: "xterm" } })).stdout;
    };
    await tmux("new-session", "-d", "sleep 600");
  });

  afterEach(() => tmux("kill-server"));

  it("is also tmux's, which heeds no OSC 52 as it is set up by default", async () => {
    const pid = (await tmux("display-message", "-p", "#{pid}")).trim();
    const ports = isolatedPorts(directory, { TMUX: `${join(directory, "tmux")},${pid},0` });
    const { copy, written } = clipboard(ports);

    copy("echo 'größer'; true");

    await until(async () => (await tmux("show-buffer")) === "echo 'größer'; true");
    expect(written).toEqual([]);
  });
});
