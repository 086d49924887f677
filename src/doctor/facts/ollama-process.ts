/** How the Ollama that answers here was started, and with which variables. */
import type { RuntimeAddress } from "../../core/runtime.ts";
import type { Variables } from "../../platform/ports.ts";
import type { DoctorContext } from "../context.ts";
import { portHolder } from "./port-holder.ts";
import { processVariables } from "./process-variables.ts";

export type OllamaProcess = {
  /** A service of the system, the program of macOS with a window, or `ollama serve`. */
  readonly how: "service" | "app" | "command";
  /** Undefined where they cannot be seen. */
  readonly variables?: Variables;
};

/** Of an address of this machine; undefined when nothing is known of who listens there. */
export async function ollamaProcess(
  context: DoctorContext,
  { url }: RuntimeAddress,
): Promise<OllamaProcess | undefined> {
  const holder = await portHolder(context, Number(URL.parse(url)?.port || 80));
  if (!holder) return undefined;
  const { process } = holder;
  const variables = process && (await processVariables(context, process.pid));
  const service = await ollamaService(context);
  // The process of another user is not seen, and the service has a user of its own.
  if (service && (!process || process.pid === service.pid)) {
    const seen = variables ?? service.variables;
    return { how: "service", ...(seen ? { variables: seen } : {}) };
  }
  const isApp = process !== undefined && /\/Ollama\.app\//u.test(process.command);
  return { how: isApp ? "app" : "command", ...(variables ? { variables } : {}) };
}

type Service = { readonly pid: number; readonly variables?: Variables };

/** Anybody may ask systemd for what a service is started with. */
async function ollamaService(context: DoctorContext): Promise<Service | undefined> {
  if (context.ports.host.os !== "linux") return undefined;
  const names = ["MainPID", "Environment", "EnvironmentFiles"];
  const args = ["show", "ollama.service", ...names.map((name) => `--property=${name}`)];
  const { end, exit, stdout } = await context.run({ file: "systemctl", args, timeoutMs: 1500 });
  if (end !== "exited" || exit.code !== 0) return undefined;
  const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, "mu").exec(stdout)?.[1] ?? "";
  const pid = Number(valueOf("MainPID"));
  if (!(pid > 0)) return undefined;
  // What stands in files of its own is not told.
  const isWhole = valueOf("EnvironmentFiles") === "";
  return { pid, ...(isWhole ? { variables: variablesOf(valueOf("Environment")) } : {}) };
}

/** `A=1 "B=two words"`. */
function variablesOf(text: string): Variables {
  const words = [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/gu)].map(
    ([, quoted, bare]) => quoted?.replaceAll(/\\(.)/gu, "$1") ?? bare ?? "",
  );
  const pairs = words.flatMap((word) => {
    const at = word.indexOf("=");
    return at > 0 ? [[word.slice(0, at), word.slice(at + 1)] as const] : [];
  });
  return Object.fromEntries(pairs);
}
