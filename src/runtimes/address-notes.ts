/** What can be odd about the address of a runtime, for people. */
import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";

/** `name` is the variable or setting that holds the address. */
export function noPort(
  name: string,
  { port, meant }: { readonly port: string; readonly meant: string },
): Problem {
  return {
    code: "runtime/no-port",
    message: `${name} has no port, so it means port 80`,
    remedy: `did you mean :${port}? write ${meant}`,
  };
}

export function badPort(port: string, url: string): Problem {
  return {
    code: "runtime/bad-port",
    message: `"${shown(port)}" is no port; ${url} is used`,
    remedy: "write the address as http://host:port",
  };
}

export function noAddress(text: string, name: string): Problem {
  return {
    code: "runtime/bad-address",
    message: `${name} is no address: "${shown(text)}"`,
    remedy: "write it as http://host:port",
  };
}

export function passwordInSettings(id: string): Problem {
  return {
    code: "runtime/password-in-settings",
    message: `the URL of ${id} holds a user and password, which are not used`,
    remedy: `put them into a variable and name it: "apiKeyVariable" in runtimes.${id}`,
  };
}

/** Without what may be a password. */
function shown(text: string): string {
  return printable(text.replace(/^(.*:\/\/)?.*@/s, "$1")).slice(0, 80);
}
