/** Whether a model fits, in words: the verdict, and the arithmetic behind it. */
import type { Fit } from "./fit.ts";
import { memory as memoryText } from "./format.ts";
import { printable } from "./text.ts";

/** "fits", "tight", "fits after unloading qwen3:8b": the verdict in words. */
export function fitWord({ verdict, unload }: Pick<Fit, "verdict" | "unload">): string {
  switch (verdict) {
    case "fits-after-unloading":
      return `fits after unloading ${unloadNames(unload)}`;
    case "partly-on-cpu":
      return "partly on CPU";
    case "will-not-fit":
      return "will not fit";
    case "fits":
    case "tight":
    case "unknown":
    case "remote":
      return verdict;
    default:
      return verdict satisfies never;
  }
}

/** The one model, or how many: "qwen3:8b", "2 models". */
export function unloadNames(unload: Fit["unload"]): string {
  const [first] = unload;
  return unload.length === 1 && first ? printable(first.model) : `${unload.length} models`;
}

/** The arithmetic behind a verdict, in lines. */
export function fitLines(fit: Fit): readonly string[] {
  return [...needLines(fit), ...freeLines(fit), ...unloadLines(fit), verdictLine(fit)];
}

function needLines({ parts, needBytes, about }: Fit): readonly string[] {
  if (needBytes === undefined) return [];
  if (!about) return [`takes ${memoryText(needBytes)}, measured`];
  const terms = parts.map(({ label, bytes }) => `${label} ${memoryText(bytes)}`);
  return [`${terms.join(" + ")} = about ${memoryText(needBytes)}`];
}

function freeLines({ freeBytes: free, budget, replaces }: Fit): readonly string[] {
  if (free === undefined || !budget) return [];
  const without = replaces.length > 0 ? `, without ${replaces.map(printable).join(", ")}` : "";
  return [`free ${memoryText(free)} of ${memoryText(budget.bytes)} (${budget.from})${without}`];
}

function unloadLines({ unload }: Fit): readonly string[] {
  return unload.map(({ runtime, model }) => `unload ${printable(model)} of ${runtime} first`);
}

function verdictLine(fit: Fit): string {
  switch (fit.verdict) {
    case "fits":
      return fit.about ? "fits: at most 80 % of what is free" : "is loaded";
    case "tight":
      return "tight: more than 80 % of what is free";
    case "fits-after-unloading":
      return fitWord(fit);
    case "partly-on-cpu":
      return "partly on CPU: it works, but slowly";
    case "will-not-fit":
      return "will not fit into the memory of this machine";
    case "unknown":
      return fit.needBytes === undefined
        ? "the runtime does not say how large it is"
        : "the memory of this machine is not known";
    case "remote":
      return "runs on another machine: it takes no memory of this one";
    default:
      return fit.verdict satisfies never;
  }
}
