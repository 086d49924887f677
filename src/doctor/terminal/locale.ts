import { type Check, ok, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { shellVariables } from "../facts/project-shell.ts";

/** Whether letters beyond ASCII come out right, here and in Elixir. */
export const localeCheck: Check = {
  id: "terminal-locale",
  group: "terminal",
  title: "the locale is UTF-8",
  timeoutMs: 3000,
  run: async (context) => {
    const { variables } = await shellVariables(context);
    const [name, value] = localeIn(variables);
    if (value === "") return [unset];
    if (!/utf-?8/iu.test(value)) return [notUtf8(name, value)];
    return [(await missing(context, name, value)) ?? ok(`${name}=${value}`)];
  },
};

/** The strongest variable that is set decides (locale(7)). */
function localeIn(env: Readonly<Record<string, string>>): readonly [name: string, value: string] {
  const name = ["LC_ALL", "LC_CTYPE", "LANG"].find((each) => (env[each] ?? "") !== "");
  return [name ?? "LANG", name === undefined ? "" : (env[name] ?? "")];
}

const why = "Elixir warns of a native encoding of latin1, and letters beyond ASCII come out wrong";

const unset: Trouble = {
  status: "warn",
  code: "terminal/no-locale",
  found: "no locale is set: LC_ALL, LC_CTYPE and LANG are empty",
  why,
  remedy: "run `export LANG=C.UTF-8`",
};

function notUtf8(name: string, value: string): Trouble {
  return {
    status: "warn",
    code: "terminal/locale-not-utf8",
    found: `${name} is ${value}, which is not UTF-8`,
    why,
    remedy: `run \`export ${name}=C.UTF-8\``,
  };
}

/** A locale that is named and not installed counts as none. */
async function missing(
  context: DoctorContext,
  name: string,
  value: string,
): Promise<Trouble | undefined> {
  // Nix's own programs bring their locales with them; macOS has them all.
  if (context.ports.host.os !== "linux") return undefined;
  const { end, exit, stdout } = await context.run({
    file: "locale",
    args: ["-a"],
    timeoutMs: 1500,
  });
  const installed = stdout.split("\n").map(plain).filter(Boolean);
  if (end !== "exited" || exit.code !== 0 || installed.length === 0) return undefined;
  // C.UTF-8 is built into glibc since 2.35, whatever the list says.
  if (installed.includes(plain(value)) || plain(value) === "c.utf8") return undefined;
  return {
    status: "warn",
    code: "terminal/locale-missing",
    found: `${name} is ${value}, which is not installed`,
    why: "it counts as none: " + why,
    remedy: `run \`export ${name}=C.UTF-8\`, or install it: \`sudo locale-gen ${value}\``,
  };
}

/** "en_US.UTF-8" and "en_US.utf8" are one. */
function plain(locale: string): string {
  return locale.trim().toLowerCase().replace(/utf-8/u, "utf8");
}
