/** Who listens on a TCP port of this machine, found without a word to it. */
import type { ProcessInfo } from "../../platform/ports.ts";
import type { DoctorContext } from "../context.ts";

export type PortHolder = {
  /** Absent where the process is another user's. */
  readonly process?: Pick<ProcessInfo, "pid" | "command">;
};

/** Undefined when the port is free. */
export async function portHolder(
  context: DoctorContext,
  port: number,
): Promise<PortHolder | undefined> {
  return context.ports.host.os === "linux"
    ? linuxHolder(context, port)
    : listedHolder(context, port);
}

/** The first port from this one on on which nobody listens. */
export async function freePort(context: DoctorContext, from: number): Promise<number> {
  const last = Math.min(from + 20, 65_535);
  for (let port = from; port < last; port += 1)
    if ((await portHolder(context, port)) === undefined) return port;
  return last;
}

async function linuxHolder(context: DoctorContext, port: number): Promise<PortHolder | undefined> {
  const { files } = context.ports;
  const tables = await Promise.all(
    ["/proc/net/tcp", "/proc/net/tcp6"].map((path) => files.readText(path).catch(() => undefined)),
  );
  const sockets = tables.flatMap((table) => listeningSockets(table ?? "", port));
  if (sockets.length === 0) return undefined;
  const wanted = new Set(sockets.map((inode) => `socket:[${inode}]`));
  const holders = await Promise.all(
    (await context.ports.processes.list()).map(async (process) =>
      (await holdsOne(context, process.pid, wanted)) ? process : undefined,
    ),
  );
  const process = holders.find((holder) => holder !== undefined);
  return process ? { process } : {};
}

/** proc(5): local address and port in hex, the state (0A is LISTEN), and the inode in the tenth field. */
function listeningSockets(table: string, port: number): readonly string[] {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").flatMap((line) => {
    const fields = line.trim().split(/\s+/u);
    const [, local = "", , state] = fields;
    return state === "0A" && local.endsWith(`:${hex}`) ? [fields[9] ?? ""] : [];
  });
}

async function holdsOne(
  { ports: { files } }: DoctorContext,
  pid: number,
  wanted: ReadonlySet<string>,
): Promise<boolean> {
  const directory = `/proc/${pid}/fd`;
  const names = await files.list(directory).catch(() => []);
  const links = await Promise.all(
    names.map((name) => files.readLink(`${directory}/${name}`).catch(() => undefined)),
  );
  return links.some((link) => link !== undefined && wanted.has(link));
}

/** macOS has lsof. */
async function listedHolder(context: DoctorContext, port: number): Promise<PortHolder | undefined> {
  const args = ["-nP", `-iTCP:${port}`, "-sTCP:LISTEN", "-t"];
  const result = await context.run({ file: "lsof", args, timeoutMs: 3000 });
  const pid = Number(/^\d+$/mu.exec(result.stdout)?.[0]);
  if (!pid) return undefined;
  const process = await context.ports.processes.find(pid);
  return process ? { process } : {};
}
