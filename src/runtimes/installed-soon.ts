/**
 * What runtimes have, as far as they tell at once: for completion. One question each and no look at
 * who answers, so only those are asked whose address is theirs alone.
 */
import type { InstalledModel, LoadedModel, RuntimeAddress } from "../core/runtime.ts";
import type { Ports } from "../platform/ports.ts";
import { adapters } from "./adapters.ts";
import { createRuntimeClient } from "./http/client.ts";

export type InstalledSoon = {
  readonly id: string;
  readonly installed: readonly InstalledModel[];
  readonly loaded: readonly LoadedModel[];
};

export type SoonOptions = {
  readonly addresses: readonly RuntimeAddress[];
  readonly tokenOf: (address: RuntimeAddress) => string | undefined;
  /** ms until what has not answered is left out. */
  readonly timeoutMs: number;
};

/** Resolves when all have answered or the time is up. Never rejects. */
export async function installedSoon(
  { clock, files, network }: Pick<Ports, "clock" | "files" | "network">,
  { addresses, tokenOf, timeoutMs }: SoonOptions,
): Promise<readonly InstalledSoon[]> {
  const controller = new AbortController();
  const told: InstalledSoon[] = [];
  const ask = async (address: RuntimeAddress) => {
    const { id, url, kind } = address;
    if (kind === undefined) return;
    const adapter = adapters[kind];
    // A token is for who was named, not for whatever listens at a usual port.
    const token = address.expected ? tokenOf(address) : undefined;
    const client = createRuntimeClient({ fetch: network.fetchPatiently, url, token });
    const context = { client, files };
    const loaded = adapter.abilities.seesLoaded
      ? adapter.loaded(context, controller.signal).catch(() => [])
      : [];
    const installed = await adapter.installed(context, controller.signal);
    told.push({ id, installed, loaded: await loaded });
  };
  const answers = askable(addresses).map((address) => ask(address).catch(() => {}));
  let cancel = () => {};
  const timeUp = new Promise<void>((resolve) => {
    cancel = clock.after(timeoutMs, resolve);
  });
  await Promise.race([Promise.all(answers), timeUp]);
  cancel();
  controller.abort();
  return [...told];
}

/** Several kinds have one usual port: who is there is only clear where one of them was asked for. */
function askable(addresses: readonly RuntimeAddress[]): readonly RuntimeAddress[] {
  return addresses.filter((address) => {
    const others = addresses.filter(({ url, id }) => url === address.url && id !== address.id);
    if (others.length === 0) return true;
    return address.expected && !others.some(({ expected }) => expected);
  });
}
