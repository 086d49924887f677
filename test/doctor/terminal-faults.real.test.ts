/** Faults of terminals and of what stands around ai-rules: by the environment, in a real tmux, in a pty. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openTerminal } from "../e2e/terminal.ts";
import { until } from "../fakes/until.ts";
import { onPath } from "../profiles/on-path.ts";
import { describeFaults, onStage, type Stage, type StagedFault } from "./staged-faults.ts";

const variable =
  (name: string, value: string) =>
  ({ env }: Stage) => {
    env[name] = value;
  };

const environment: readonly StagedFault[] = [
  {
    title: "a TERM that is not set",
    only: ["terminal-colours"],
    stage: ({ env }) => {
      delete env["TERM"];
    },
    code: "terminal/no-term",
    status: "warn",
    remedy: "`export TERM=xterm-256color`",
  },
  {
    title: "a TERM that is dumb",
    only: ["terminal-colours"],
    stage: variable("TERM", "dumb"),
    code: "terminal/dumb",
    status: "warn",
    remedy: "terminal emulator",
  },
  {
    title: "a TERM with few colours",
    only: ["terminal-colours"],
    stage: variable("TERM", "vt220"),
    code: "terminal/few-colours",
    status: "warn",
    remedy: "`export TERM=xterm-256color`",
    found: "vt220",
  },
  {
    title: "a locale that is not set",
    only: ["terminal-locale"],
    stage: ({ env }) => {
      for (const name of ["LC_ALL", "LC_CTYPE", "LANG"]) delete env[name];
    },
    code: "terminal/no-locale",
    status: "warn",
    remedy: "`export LANG=C.UTF-8`",
  },
  {
    title: "a locale that is not UTF-8",
    only: ["terminal-locale"],
    stage: variable("LC_ALL", "POSIX"),
    code: "terminal/locale-not-utf8",
    status: "warn",
    remedy: "`export LC_ALL=C.UTF-8`",
  },
  {
    title: "a locale that is not installed",
    only: ["terminal-locale"],
    stage: variable("LC_ALL", "xx_YY.UTF-8"),
    code: "terminal/locale-missing",
    status: "warn",
    // Root is told no sudo.
    remedy: /`(?:sudo )?locale-gen xx_YY\.UTF-8`/u,
    skip: process.platform !== "linux",
  },
  {
    title: "Zellij, which takes the prefix",
    only: ["terminal-keys"],
    stage: variable("ZELLIJ", "0"),
    code: "terminal/prefix-taken",
    status: "warn",
    remedy: '"prefix": "ctrl+y"',
    found: "Zellij",
  },
  {
    title: "a Zellij with keys of its user's, which takes the prefix",
    only: ["terminal-keys"],
    stage: async ({ env, home, write }) => {
      env["ZELLIJ"] = "0";
      await write("ai-rules.json", JSON.stringify({ keys: { prefix: "ctrl+y" } }));
      const path = join(home, ".config/zellij/config.kdl");
      await write(path, 'keybinds {\n  normal {\n    bind "Ctrl y" { Quit; }\n  }\n}\n');
    },
    code: "terminal/prefix-taken",
    status: "warn",
    remedy: /"prefix": "ctrl\+\]" \}; or press ctrl\+g/u,
    found: "ctrl+y is the prefix",
  },
  {
    title: "a GNU screen whose user gave it ctrl+o",
    only: ["terminal-keys"],
    stage: async ({ env, home, write }) => {
      env["STY"] = "1234.pts-0.host";
      await write(join(home, ".screenrc"), "startup_message off\nescape ^Oo\n");
    },
    code: "terminal/prefix-taken",
    status: "warn",
    remedy: '"prefix": "ctrl+y"',
    found: "GNU screen",
  },
  {
    title: "GNU screen around it",
    only: ["terminal-inside"],
    stage: variable("STY", "1234.pts-0.host"),
    code: "terminal/inside-screen",
    status: "warn",
    remedy: "outside of it",
  },
];

const skip = !onPath("tmux") && !process.env["CI"];

/** A tmux with a server of its own, and with options; what is run here believes to be in it. */
const inTmux =
  (...options: readonly string[]) =>
  async (stage: Stage) => {
    const socket = join(stage.directory, "tmux");
    const server = ["-S", socket, "-f", "/dev/null"];
    await stage.run("tmux", ...server, "new-session", "-d", "-x", "80", "-y", "24", "sleep 600");
    const { stdout } = await stage.run("tmux", "-S", socket, "display-message", "-p", "#{pid}");
    stage.onEnd(() => process.kill(Number(stdout.trim())));
    for (const option of [
      "-s escape-time 10",
      "-s extended-keys on",
      "-s set-clipboard on",
      ...options,
    ])
      await stage.run("tmux", "-S", socket, "set-option", ...option.split(" "));
    stage.env["TMUX"] = `${socket},${stdout.trim()},0`;
  };

/** A terminal that shows that tmux: what tmux believes of it counts. */
async function attach(stage: Stage, features?: string): Promise<void> {
  const socket = stage.env["TMUX"]?.split(",")[0] ?? "";
  const args = ["-S", socket, ...(features === undefined ? [] : ["-T", features]), "attach"];
  const { TMUX: _, ...env } = stage.env;
  const terminal = openTerminal({ file: "tmux", args, cwd: stage.root, env, cols: 80, rows: 24 });
  stage.onEnd(() => void terminal.close());
  await until(async () => {
    const { stdout } = await stage.run("tmux", "-S", socket, "list-clients", "-F", "attached");
    return stdout.includes("attached");
  });
}

const tmux: readonly StagedFault[] = [
  {
    title: "a tmux that holds esc back",
    only: ["terminal-inside"],
    stage: inTmux("-s escape-time 500"),
    code: "terminal/tmux-escape-time",
    status: "warn",
    remedy: "`tmux set -s escape-time 10`",
    found: "500 ms",
    mendedBy: ["remedy"],
    skip,
  },
  {
    title: "a tmux that passes on plain keys only",
    only: ["terminal-inside"],
    stage: inTmux("-s extended-keys off"),
    code: "terminal/tmux-extended-keys",
    status: "warn",
    remedy: "`set -s extended-keys on` into ~/.tmux.conf",
    mendedBy: ["remedy"],
    skip,
  },
  {
    title: "a tmux that keeps the clipboard for itself",
    only: ["terminal-inside"],
    stage: inTmux("-s set-clipboard external"),
    code: "terminal/tmux-clipboard",
    status: "warn",
    remedy: "`tmux set -s set-clipboard on`",
    mendedBy: ["remedy"],
    skip,
  },
  {
    title: "a tmux that does not ask the terminal around it for more than plain keys",
    only: ["terminal-inside"],
    stage: async (stage) => {
      await inTmux()(stage);
      await attach(stage);
    },
    code: "terminal/tmux-extended-keys",
    status: "warn",
    remedy: /^run `tmux set -as terminal-features ',\*:extkeys'`.*, and attach again$/u,
    found: "does not ask the terminal around it",
    skip,
  },
  {
    title: "a tmux that takes a key of ai-rules for its windows",
    only: ["terminal-keys"],
    stage: async (stage) => {
      await inTmux()(stage);
      const socket = stage.env["TMUX"]?.split(",")[0] ?? "";
      for (const words of ["M-2 select-window -t 2", "S-PPage copy-mode -u", "M-9 next-window"])
        await stage.run("tmux", "-S", socket, "bind-key", "-n", ...words.split(" "));
      // Made so that the program inside gets it.
      await stage.run("tmux", "-S", socket, "bind-key", "-n", "M-1", "send-keys", "M-1");
    },
    code: "terminal/key-taken",
    status: "warn",
    remedy: /^run `tmux unbind -n \S+ && tmux unbind -n \S+`/u,
    found: /^tmux takes (alt\+2, shift\+pageup|shift\+pageup, alt\+2) for itself/u,
    mendedBy: ["remedy"],
    skip,
  },
  {
    title: "a tmux whose session has the same prefix, and no other",
    only: ["terminal-keys"],
    stage: inTmux("prefix C-o"),
    code: "terminal/prefix-taken",
    status: "warn",
    remedy: '"prefix": "ctrl+y"',
    skip,
  },
  {
    title: "a tmux with the same prefix",
    only: ["terminal-keys"],
    stage: inTmux("-g prefix C-o"),
    code: "terminal/prefix-taken",
    status: "warn",
    remedy: '"prefix": "ctrl+y"',
    found: "tmux",
    skip,
  },
];

describeFaults("the doctor on the terminal's environment", environment);
describeFaults("the doctor inside tmux", tmux);

type Screen = {
  readonly cols?: number;
  readonly rows?: number;
  readonly kitty?: boolean;
};

/** Runs the doctor in a terminal that answers; returns its screen. */
async function screenOf(
  stage: Stage,
  only: string,
  { cols = 120, rows = 40, ...more }: Screen = {},
) {
  const [file = "", ...words] = stage.command;
  const { root: cwd, env } = stage;
  const args = [...words, "doctor", only];
  const terminal = openTerminal({ file, args, cwd, env, cols, rows, shell: true, ...more });
  try {
    const screen = await terminal.until(/\d (ok|failed|warnings?|skipped).* in \d/u);
    const { before, after } = await terminal.tty();
    expect(after).toBe(before);
    return screen;
  } finally {
    await terminal.close();
  }
}

describe("the doctor on a terminal that answers", () => {
  it("tells what it can do, and leaves it as it was", () =>
    onStage(async (stage) => {
      const screen = await screenOf(stage, "terminal-abilities");

      expect(screen).toContain("synchronized output; kitty's key protocol");
      expect(screen).toContain("fonts cannot be seen from here: │ ─ ┼");
      expect(screen).toContain("1 ok, 1 skipped in");
    }));

  it("shows no sign that the locale does not know", () =>
    onStage(async (stage) => {
      stage.env["LC_ALL"] = "C";

      const screen = await screenOf(stage, "terminal-abilities");

      expect(screen).toContain("the TUI draws with ASCII alone");
      // oxlint-disable-next-line no-control-regex
      expect(screen).toMatch(/^[\u0000-\u007F]*$/u);
    }));

  it("says what is missed where the kitty protocol is not there", () =>
    onStage(async (stage) => {
      const screen = await screenOf(stage, "terminal-abilities", { kitty: false });

      expect(screen).toContain("no kitty key protocol: shift+enter may be enter");
    }));

  it("names a screen that is too small", () =>
    onStage(async (stage) => {
      const screen = await screenOf(stage, "terminal-size", { cols: 38, rows: 20 });

      expect(screen).toContain("fail  terminal-size: the terminal");
      expect(screen.replaceAll(/\s+/gu, " ")).toContain("has 38x20 cells");
    }));

  it("finds nothing wrong with it", () =>
    onStage(async (stage) => {
      stage.env["COLORTERM"] = "truecolor";
      const screen = await screenOf(stage, "terminal");

      expect(screen).not.toMatch(/^ {2}(warn|fail) /mu);
      expect(screen).toContain("6 ok, 2 skipped in");
    }));
});

describe("the doctor without a terminal", () => {
  it("finds nothing wrong, and asks nothing", () =>
    onStage(async (stage) => {
      const { report, troubles } = await stage.doctor("terminal");

      expect(troubles).toEqual([]);
      const size = report.checks.find(({ id }) => id === "terminal-size");
      expect(size?.status).toBe("skip");
    }));

  it.skipIf(skip)("finds nothing wrong inside a tmux that is set up well", () =>
    onStage(async (stage) => {
      await inTmux()(stage);
      const { report, troubles } = await stage.doctor("terminal");

      expect(troubles).toEqual([]);
      const inside = report.checks.find(({ id }) => id === "terminal-inside");
      expect(inside?.findings[0]?.found).toMatch(
        /^inside tmux \d.*: keys, colours and clipboard pass; allow-passthrough o\w+ costs nothing/u,
      );
    }),
  );

  it.skipIf(skip)("finds nothing wrong inside a tmux that asks its terminal for all keys", () =>
    onStage(async (stage) => {
      await inTmux()(stage);
      await attach(stage, "extkeys");

      expect((await stage.doctor("terminal")).troubles).toEqual([]);
    }),
  );

  it("tells where keys are tried, since only pressing them shows that they arrive", () =>
    onStage(async (stage) => {
      const { report } = await stage.doctor("terminal-keys");

      expect(report.checks[0]?.findings).toMatchObject([
        { status: "ok", found: "nothing around takes the prefix ctrl+o" },
        {
          status: "skip",
          found:
            "whether ctrl+o and alt+1 arrive, only pressing them shows: `ai-rules keys` shows what the terminal sends",
        },
      ]);
    }));

  it.each([
    ["is locked", 'default_mode "locked"\n'],
    ["gave the key up", 'keybinds {\n  unbind "Ctrl o"\n}\n'],
    ["has only its user's keys", 'keybinds clear-defaults=true {\n  bind "Ctrl t" {}\n}\n'],
  ])("finds nothing wrong inside a Zellij that %s", (_, config) =>
    onStage(async (stage) => {
      stage.env["ZELLIJ"] = "0";
      await stage.write(join(stage.home, ".config/zellij/config.kdl"), config);

      expect((await stage.doctor("terminal")).troubles).toEqual([]);
    }),
  );

  it.each(["tmux-256color", "screen.xterm-256color"])(
    "tells of one around it that it cannot ask, by a TERM of %s",
    (term) =>
      onStage(async (stage) => {
        Object.assign(stage.env, { TERM: term, SSH_TTY: "/dev/pts/9" });
        const { report, troubles } = await stage.doctor("terminal-inside");

        expect(troubles).toEqual([]);
        expect(report.checks[0]?.findings.map(({ found }) => found)).toEqual([
          expect.stringMatching(/^a tmux or screen is around that cannot be asked/u),
          expect.stringMatching(/^over ssh/u),
        ]);
      }),
  );
});
