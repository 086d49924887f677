import type { RuntimeAddress, RuntimeKind } from "../../core/runtime.ts";
import type { Identified } from "../identify.ts";

/**
 * The kind whose adapter is to speak with what was identified. Every runtime speaks as OpenAI does,
 * so who calls one that is believed; and what only shows that much may be what it is called.
 */
export function kindToSpeak(
  identified: Identified,
  addresses: readonly RuntimeAddress[],
): RuntimeKind | undefined {
  if (!("kind" in identified)) return undefined;
  if (addresses.some(({ kind }) => kind === undefined || kind === identified.kind))
    return identified.kind;
  const meant = addresses.filter(({ kind, expected }) => expected && kind !== undefined);
  if (identified.kind === "openai") return meant[0]?.kind ?? identified.kind;
  return meant.find(({ kind }) => kind === "openai")?.kind ?? identified.kind;
}
