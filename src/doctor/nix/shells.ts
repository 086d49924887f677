import { defaultShell, nixSystem } from "../../nix/installable.ts";
import { shellNames } from "../../nix/shell-names.ts";
import { type Check, ok, skip } from "../check.ts";
import { nixProgram, whyNoNix } from "../facts/nix.ts";
import { shellName } from "../facts/project-shell.ts";

/** Which shells there are to choose from on this machine. */
export const shellsCheck: Check = {
  id: "nix-shells",
  group: "nix",
  title: "the shells that flake.nix offers for this system",
  timeoutMs: 5000,
  run: async (context) => {
    const why = await whyNoNix(context);
    const nix = await nixProgram(context);
    if (why !== undefined || !nix) return [skip(why ?? "")];
    const { ports, root } = context;
    const names = await shellNames(ports, { nix, root });
    const system = nixSystem(ports.host);
    // Why they cannot be read says nix-shell.
    if (names.length === 0) return [skip(`no shell for ${system} can be named`)];
    const wanted = (await shellName(context)) ?? defaultShell;
    if (names.includes(wanted)) return [ok(`${offered(names)} for ${system}; ${wanted} is used`)];
    return [skip(`${offered(names)} for ${system}, and not ${wanted}`)];
  },
};

function offered(names: readonly string[]): string {
  return `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}
