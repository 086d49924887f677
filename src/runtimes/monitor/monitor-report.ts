/** What is known of the runtime at a URL, told as the state of one address there. Pure. */
import type { Problem } from "../../core/error.ts";
import type {
  Connection,
  LoadedModel,
  RuntimeAddress,
  RuntimeKind,
  RuntimeState,
} from "../../core/runtime.ts";
import { printable } from "../../core/text.ts";
import type { Adapter } from "../adapter.ts";
import { noAnswer } from "../http/faults.ts";
import type { Contact, Known } from "./monitor-knowledge.ts";

export type Reported = {
  readonly address: RuntimeAddress;
  readonly adapters: Readonly<Record<RuntimeKind, Adapter>>;
  /** Something was told of this address before. */
  readonly before: boolean;
  /** Another address stands for what is at this URL, and someone asked for that one. */
  readonly shadowed: boolean;
};

/**
 * The state of one address. Undefined where there is nothing to tell: of the runtimes that may be
 * at one default address, those that are not there are no news.
 */
export function reportOf(known: Known, reported: Reported): RuntimeState | undefined {
  const { address, before } = reported;
  if (!before && !address.expected && isNoNews(known, reported)) return undefined;
  const kind = address.kind ?? known.kind ?? "openai";
  const adapter = reported.adapters[kind];
  const connection = connectionOf(known, reported, adapter);
  const isThere = connection.type === "up" || connection.type === "stale";
  return {
    address,
    kind,
    connection,
    ...(known.version !== undefined && isThere ? { version: known.version } : {}),
    abilities: adapter.abilities,
    loaded: isThere ? loadedOf(known) : [],
    installed: matches(address, known) ? known.installed : [],
    ...(known.installedAt === undefined ? {} : { installedAt: known.installedAt }),
    troubles: isThere ? troublesOf(known, { address, adapter }) : [],
    reloads: isThere ? countByModel(known.loads) : {},
  };
}

function loadedOf({ loaded, inUse }: Known): readonly LoadedModel[] {
  if (!inUse) return loaded;
  return loaded.map((model) => ({ ...model, busy: inUse.includes(model.name) }));
}

/** Whether an address means what answers there, as far as that is known. */
export function matches(address: RuntimeAddress, { kind }: Pick<Known, "kind">): boolean {
  return address.kind === undefined || kind === undefined || address.kind === kind;
}

function isNoNews(known: Known, { address, shadowed }: Reported): boolean {
  const { type } = known.contact;
  if (type === "probing" || type === "wrong-service") return true;
  if (type === "needs-token" && known.kind === undefined) return true;
  return shadowed || !matches(address, known);
}

function connectionOf(known: Known, { address, adapters }: Reported, adapter: Adapter): Connection {
  const { contact } = known;
  if (contact.type === "probing") return contact;
  const found = foundInstead(known, { address, adapters });
  if (found !== undefined) return otherService(found, { address, adapter, contact });
  switch (contact.type) {
    case "up":
      return contact;
    case "stale":
    case "down":
      return { ...contact, ...explained(contact.error, { address, adapter }) };
    case "needs-token":
      return { type: "needs-token", ...explained(contact.error, { address, adapter }) };
    case "wrong-service":
      return otherService(contact.found, { address, adapter, contact });
    default:
      return contact satisfies never;
  }
}

/** What answers, when it is one of ours but not the one that is meant here. */
function foundInstead(
  known: Known,
  { address, adapters }: Pick<Reported, "address" | "adapters">,
): string | undefined {
  const { contact, kind } = known;
  if (contact.type === "wrong-service") return contact.found;
  if (contact.type === "down" || kind === undefined || matches(address, known)) return undefined;
  return adapters[kind].title;
}

type Place = { readonly address: RuntimeAddress; readonly adapter: Adapter };

function otherService(
  found: string,
  { address, adapter, contact }: Place & { readonly contact: Contact },
): Connection {
  const where = address.url.replace(/^[a-z]+:\/\//i, "");
  const meant = address.kind === undefined ? "a server of models" : adapter.title;
  const what = printable(found);
  const problem: Problem = {
    code: "runtime/wrong-service",
    message: `${what} answers at ${where}, not ${meant}`,
    remedy:
      address.kind === undefined
        ? `correct what ${whereItStands(address)} says`
        : `correct what ${whereItStands(address)} says, or start it: \`${adapter.startCommand}\``,
  };
  if (address.expected) return { type: "wrong-service", found: what, problem };
  return { type: "down", since: "since" in contact ? contact.since : 0, problem };
}

/** What says that the runtime is there. */
function whereItStands({ source, id }: RuntimeAddress): string {
  return source.from === "variable" ? source.name : `runtimes.${printable(id)}`;
}

function explained(error: unknown, { address, adapter }: Place): { readonly problem: Problem } {
  const { problem } = noAnswer(error, {
    url: address.url,
    title: adapter.title,
    startCommand: adapter.startCommand,
    note: address.note,
    tokenVariable: address.tokenVariable ?? adapter.tokenVariable,
  });
  return { problem };
}

function troublesOf(known: Known, { address, adapter }: Place): readonly Problem[] {
  const { title, startCommand } = adapter;
  const troubles: Problem[] = [];
  if (known.hangs)
    troubles.push({
      code: "runtime/hangs",
      message: `${title} answers, but does not come to an end with loading ${printable(known.hangs.model)}`,
      remedy: `restart it: \`${startCommand}\``,
    });
  const cpuOnly = modelsWithoutGpu(known);
  if (cpuOnly.length > 0)
    troubles.push({
      code: "runtime/gpu-lost",
      message: `the GPU is gone after a sleep: ${names(cpuOnly)} on the CPU`,
      remedy: `restart ${title}; NVIDIA on Linux wants \`sudo modprobe -r nvidia_uvm; sudo modprobe nvidia_uvm\` first`,
    });
  if (known.restarted) {
    const { models, isSure } = known.restarted;
    troubles.push({
      code: "runtime/restarted",
      message: isSure
        ? `${title} was restarted and has unloaded ${names(models)}`
        : `${title} was restarted, or another program unloaded ${names(models)} before its time`,
      remedy: `load it again: \`ai-rules models load ${address.id}/${printable(models[0] ?? "")}\``,
    });
  }
  // While its only model loads, llama-server tells nothing else.
  const loads = known.loaded.some(({ state }) => state === "loading");
  if (known.installedError !== undefined && !loads)
    troubles.push(explained(known.installedError, { address, adapter }).problem);
  return troubles;
}

function modelsWithoutGpu({ loaded, doubtGpu }: Known): readonly string[] {
  const isOnCpu = ({ name, gpuBytes }: LoadedModel) => gpuBytes === 0 && doubtGpu.includes(name);
  return loaded.filter(isOnCpu).map(({ name }) => name);
}

function names(models: readonly string[]): string {
  const [first = "", ...others] = models.map(printable);
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function countByModel(loads: Known["loads"]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const { model } of loads) counts.set(model, (counts.get(model) ?? 0) + 1);
  return Object.fromEntries(counts);
}
