import { isAbsolute } from "node:path";
import { shellWord } from "../../core/shell-word.ts";
import { type Check, type Finding, ok } from "../check.ts";
import type { DoctorContext } from "../context.ts";

/** The variables that say where a user's files are. */
export const homeCheck: Check = {
  id: "install-home",
  group: "install",
  title: "HOME and the XDG variables",
  timeoutMs: 1000,
  run: async ({ ports }) => {
    const findings = [...homeFindings(ports), ...xdgFindings(ports)];
    return findings.length === 0 ? [ok(`HOME is ${ports.host.home}`)] : findings;
  },
};

function homeFindings({ env, host }: DoctorContext["ports"]): readonly Finding[] {
  const home = env["HOME"] ?? "";
  if (isAbsolute(home)) return [];
  return [
    {
      status: "warn",
      code: "install/home-unset",
      found: `HOME is ${home === "" ? "not set" : "no absolute path"}; ai-rules takes ${host.home}`,
      why: "Nix, Git and OpenCode each guess another one, or refuse to run",
      remedy: `run \`export HOME=${shellWord(host.home)}\``,
    },
  ];
}

/** What each is for, and where it is by default. */
const xdg = {
  XDG_CONFIG_HOME: { holds: "settings", usual: "$HOME/.config" },
  XDG_STATE_HOME: { holds: "logs and saved states", usual: "$HOME/.local/state" },
  XDG_CACHE_HOME: { holds: "evaluated environments", usual: "$HOME/.cache" },
  XDG_RUNTIME_DIR: { holds: "locks", usual: "/run/user/$(id -u)" },
} as const;

function xdgFindings({ env }: DoctorContext["ports"]): readonly Finding[] {
  return Object.entries(xdg).flatMap(([name, { holds, usual }]): readonly Finding[] => {
    const value = env[name] ?? "";
    if (value === "" || isAbsolute(value)) return [];
    return [
      {
        status: "warn",
        code: "install/xdg-relative",
        found: `${name} is a relative path: ${value}`,
        why: `it is ignored, as its specification says, and ${holds} go to the usual place; other programs may take it`,
        remedy: `run \`export ${name}="${usual}"\``,
      },
    ];
  });
}
