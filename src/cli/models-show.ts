/** One model with all that is known of it, and whether it fits, in lines. */
import { type Fit, fitLines, largestContextThatFits } from "../core/fit.ts";
import { memory as memoryText, tokens } from "../core/format.ts";
import { usesOf } from "../core/installed-models.ts";
import type { ModelsState } from "../core/models.ts";
import { printable } from "../core/text.ts";
import type { FoundModel } from "./find-model.ts";
import { loadedText, placeText } from "./loaded-text.ts";
import type { ModelReport } from "./models-report-schema.ts";
import type { TextOptions } from "./models-table.ts";
import { tableLines } from "./table.ts";

/** Facts without a value are left out. */
type Fact = { readonly name: string; readonly value: string };

export type ShownModel = {
  readonly report: ModelReport;
  readonly fit: Fit;
  /** The command that loads it by hand. */
  readonly byHand?: string | undefined;
  /** The command that starts its runtime with it. */
  readonly startByHand?: string | undefined;
};

/** Everything that is known of a model. */
export function modelLines(
  { report, fit, byHand, startByHand }: ShownModel,
  options: TextOptions,
): readonly string[] {
  const facts = [
    ...factsOf(report),
    ...report.loaded.flatMap((each) =>
      instanceFacts(each, { now: options.now, name: report.name }),
    ),
    ...fitLines(fit).map((line, index) => fact(index === 0 ? "memory" : "", line)),
    fact("used by", usersOf(report)),
    fact("by hand", byHand),
    fact("started by", startByHand),
  ].filter(({ value }) => value !== "");
  return [options.paint("strong", printable(report.ref)), ...factLines(facts, options)];
}

/** The arithmetic of one context, and up to which one it would fit. */
export function fitText(
  models: ModelsState,
  { found, fit }: { readonly found: FoundModel; readonly fit: Fit },
): readonly string[] {
  const { runtime, model } = found;
  const { runtimes, memory } = models;
  const usedBy = usesOf({ models });
  const isOpen = fit.verdict !== "remote" && fit.verdict !== "unknown";
  const most = isOpen
    ? largestContextThatFits({ model, runtime, runtimes, memory, usedBy })
    : undefined;
  const name = `${printable(found.ref)} with a context of ${tokens(fit.context)}`;
  const more =
    most === undefined ? [] : [`as things are it fits up to a context of ${tokens(most)}`];
  return [name, ...[...fitLines(fit), ...more].map((line) => `  ${line}`)];
}

function factsOf(report: ModelReport): readonly Fact[] {
  const { sizeBytes, maxContext, ownContext } = report;
  return [
    fact("title", report.title),
    fact("named", report.aliases?.join(", ")),
    fact("family", [report.family, report.parameters].filter((each) => each).join(" ")),
    fact("quantisation", report.quantization),
    fact("size", sizeBytes === undefined || report.cloud ? undefined : memoryText(sizeBytes)),
    fact("trained for", maxContext === undefined ? undefined : `${tokens(maxContext)} of context`),
    fact("own context", ownContext === undefined ? undefined : tokens(ownContext)),
    fact("can", abilitiesText(report)),
    fact("made of", report.derivedFrom),
    fact("digest", report.digest?.replace(/^sha256:/, "").slice(0, 12)),
  ];
}

function abilitiesText({ chat, tools, vision, thinking, cloud }: ModelReport): string {
  return [
    ...(chat ? [] : ["no chats"]),
    ...(tools === undefined ? [] : [tools ? "tools" : "no tools"]),
    ...(vision ? ["vision"] : []),
    ...(thinking ? ["thinking"] : []),
    ...(cloud ? ["runs on another company's machines"] : []),
  ].join(", ");
}

function instanceFacts(
  loaded: ModelReport["loaded"][number],
  { now, name }: { readonly now: number; readonly name: string },
): readonly Fact[] {
  const isPlain = loaded.instance === name;
  const { context, sizeBytes, instance } = loaded;
  const takes = sizeBytes === undefined ? undefined : memoryText(sizeBytes);
  const parts = [
    loadedText([loaded], now),
    takes,
    placeText(loaded),
    context === undefined ? undefined : `context ${tokens(context)}`,
  ];
  return [
    fact("loaded", parts.filter((part) => part !== undefined).join(", ")),
    fact("loaded as", isPlain ? undefined : instance),
  ];
}

function usersOf({ usedBy, usedByRunning }: ModelReport): string {
  return [...usedBy, ...(usedByRunning ? ["a running ai-rules"] : [])].join(", ");
}

function fact(name: string, value: string | undefined): Fact {
  return { name, value: printable(value ?? "") };
}

function factLines(facts: readonly Fact[], { paint }: TextOptions): readonly string[] {
  const columns = [
    { title: "", cell: ({ name }: Fact) => ({ text: name, style: "dim" as const }) },
    { title: "", cell: ({ value }: Fact) => ({ text: value }) },
  ];
  // A value may be copied: it is never cut.
  const lines = tableLines({ columns, rows: facts, cols: Number.POSITIVE_INFINITY, paint });
  return lines.map((line) => `  ${line}`);
}
