/** Tells the state of each address at a URL, when it looks different from what was told last. */
import type { RuntimeAddress, RuntimeKind, RuntimeState } from "../../core/runtime.ts";
import type { Adapter } from "../adapter.ts";
import { looksSame } from "./monitor-difference.ts";
import type { Known } from "./monitor-knowledge.ts";
import { matches, reportOf } from "./monitor-report.ts";

export type TellerOptions = {
  readonly addresses: readonly RuntimeAddress[];
  readonly adapters: Readonly<Record<RuntimeKind, Adapter>>;
  readonly onChange: (state: RuntimeState) => void;
};

export function createTeller({ addresses, adapters, onChange }: TellerOptions) {
  const told = new Map<string, RuntimeState>();

  return {
    tell(known: Known): void {
      for (const address of addresses) {
        const before = told.get(address.id);
        const shadowed = addresses.some((other) => isAbove(other, { address, known }));
        const asked = { address, adapters, before: before !== undefined, shadowed };
        const state = reportOf(known, asked);
        if (!state || (before && looksSame(before, state))) continue;
        told.set(address.id, state);
        onChange(state);
      }
    },
  };
}

/** Whether another address stands for what is there: one that someone asked for. */
function isAbove(
  other: RuntimeAddress,
  { address, known }: { readonly address: RuntimeAddress; readonly known: Known },
): boolean {
  return other !== address && other.expected && !address.expected && matches(other, known);
}
