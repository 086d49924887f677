import { classify } from "../../nix/classify.ts";
import { withFlakes } from "../../nix/command-options.ts";
import { faultCode } from "../../nix/faults.ts";
import { nixSystem } from "../../nix/installable.ts";
import type { CommandResult } from "../../platform/ports.ts";
import { type Check, ok, skip, type Trouble } from "../check.ts";
import type { DoctorContext } from "../context.ts";
import { nixConfiguration, nixProgram, runNix, succeeded, whyNotAskNix } from "../facts/nix.ts";
import { hasSystemd } from "../facts/systemd.ts";

/** Whether Nix reaches its store, by itself or through the daemon. */
export const storeCheck: Check = {
  id: "nix-store",
  group: "nix",
  title: "the Nix store can be reached",
  timeoutMs: 4800,
  run: async (context) => {
    const nix = await nixProgram(context);
    const why = await whyNotAskNix(context);
    if (!nix || why !== undefined) return [skip(why ?? "")];
    // Newer ones call it `store info`; the old name still works.
    const args = [...withFlakes, "store", "ping"];
    const result = await runNix(context, { file: nix.path, args, timeoutMs: 4000 });
    if (!succeeded(result)) return [await started(context, unreachable(context, result))];
    // 2.8 writes it to stdout, later ones to stderr.
    const builders = await missingBuilders(context);
    if (builders !== undefined) return [noBuilders(context, builders)];
    const url = /^Store URL: (\S+)/mu.exec(`${result.stdout}\n${result.stderr}`)?.[1];
    return [ok(url === "daemon" ? "the Nix daemon answers" : `the store is ${url ?? "there"}`)];
  },
};

/** A root that builds by itself gives the builds to users of a group; told only when it builds. */
async function missingBuilders(context: DoctorContext): Promise<string | undefined> {
  const { host, files, env } = context.ports;
  if (host.uid !== 0 || host.os !== "linux" || env["NIX_REMOTE"] === "daemon") return undefined;
  const group = (await nixConfiguration(context)).get("build-users-group") ?? "";
  if (group === "") return undefined;
  const groups = (await files.readText("/etc/group").catch(() => undefined)) ?? `${group}:`;
  return groups.split("\n").some((line) => line.startsWith(`${group}:`)) ? undefined : group;
}

function noBuilders({ ports }: DoctorContext, group: string): Trouble {
  const said = `error: the group '${group}' specified in 'build-users-group' does not exist`;
  return asTrouble(ports.host, { said, why: "Nix refuses to build anything" });
}

const matters = "without its store Nix evaluates and builds nothing";

function unreachable({ ports }: DoctorContext, result: CommandResult): Trouble {
  if (result.end === "timed-out") return hangs(ports.host.os);
  const said = result.stderr || result.end;
  return { ...asTrouble(ports.host, { said, why: matters }), detail: said };
}

/** Where nobody runs services, such as in a container, the daemon is a program like any other. */
async function started(context: DoctorContext, trouble: Trouble): Promise<Trouble> {
  if (context.ports.host.os !== "linux" || (await hasSystemd(context))) return trouble;
  const start = trouble.remedy.replace(
    /`sudo systemctl (?:re)?start nix-daemon`/u,
    "`sudo sh -c 'nix-daemon >/dev/null 2>&1 &'`",
  );
  return { ...trouble, remedy: start };
}

function hangs(os: string): Trouble {
  return {
    status: "fail",
    code: "nix/store-hangs",
    found: "Nix waits for its store and gets no answer",
    why: matters,
    remedy:
      os === "darwin"
        ? "run `sudo launchctl kickstart -k system/org.nixos.nix-daemon`"
        : "run `sudo systemctl restart nix-daemon`",
  };
}

/** What Nix says, by its name where it has one. */
function asTrouble(
  host: DoctorContext["ports"]["host"],
  { said, why }: { readonly said: string; readonly why: string },
): Trouble {
  const { id, fault, what, suggestions } = classify(said);
  if (!fault) return { ...unknown(what || said), why };
  const words = { what, suggestions, shell: "default", system: nixSystem(host) };
  return {
    status: "fail",
    code: faultCode(id),
    found: fault.message(words),
    why,
    remedy: fault.remedy(words),
  };
}

function unknown(said: string): Trouble {
  return {
    status: "fail",
    code: "nix/store-unreachable",
    found: `Nix cannot reach its store: ${said}`,
    remedy: "run `nix store ping` to see more; with a daemon, `sudo systemctl restart nix-daemon`",
  };
}
