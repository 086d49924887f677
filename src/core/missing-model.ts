/** What to do about a model that its runtime does not have, and which one may have been meant. */
import { formatModelRef } from "./model-ref.ts";
import { nearestName } from "./nearest-name.ts";
import type { RuntimeState } from "./runtime.ts";
import { printable } from "./text.ts";

/** The download asks before it takes more than there is room for. */
export function missingRemedy({ abilities, address, kind }: RuntimeState, name: string): string {
  // A command with half a name is worse than none.
  const ref = printable(formatModelRef({ runtime: address.id, name }));
  const isCommand = (abilities.pull || kind === "mlx") && ref.length <= 80 && !/\s/.test(ref);
  return isCommand
    ? `pick another, or fetch it: \`ai-rules models pull ${ref}\``
    : "pick another, or install it";
}

/** "; did you mean qwen3-coder:30b?", if a name is near enough. */
export function meantInstead({ installed }: RuntimeState, name: string): string {
  const names = installed.map((model) => model.name).filter((each) => each !== name);
  const near = nearestName(name.slice(0, 300), names);
  return near === undefined ? "" : `; did you mean ${printable(near)}?`;
}
