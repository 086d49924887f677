/**
 * What the side panel says of models: what is wrong, the memory, the runtimes and what each has
 * loaded. In a short room a model takes one line; in the least one only trouble is told.
 */
import { wrapText } from "../../core/cell-text.ts";
import { runtimeName } from "../../core/model-rows.ts";
import type { ModelWarning } from "../../core/model-warnings.ts";
import type { Connection, MemoryState, RuntimeState } from "../../core/runtime.ts";
import type { State } from "../../core/state.ts";
import { printable } from "../../core/text.ts";
import type { Hints } from "./hints.ts";
import { blank, type Line, line, type Meaning, span } from "./line.ts";
import { loadedLines, shortLoadedLines } from "./panel-loaded.ts";
import { memoryLines, shortMemoryLine } from "./panel-memory.ts";
import { warningLines } from "./panel-warnings.ts";
import {
  addressText,
  connectionText,
  isAbsent,
  isInTrouble,
  runtimeTitle,
} from "./runtime-text.ts";

export type ModelsRoom = "spacious" | "full" | "short" | "trouble";

export type ModelsRequest = {
  readonly state: State;
  /** Those of the state; working them out takes longer than drawing them. */
  readonly warnings: readonly ModelWarning[];
  readonly cols: number;
  readonly hints: Hints;
  readonly room: ModelsRoom;
};

export function modelLines(request: ModelsRequest): readonly Line[] {
  const { state, cols, room } = request;
  const gap = room === "spacious" ? [blank] : [];
  const memory = shownMemory(state);
  const runtimes = state.models.runtimes.filter((each) => !isAbsent(each, state.models));
  if (room === "trouble") {
    const troubled = runtimes.filter(isInTrouble).map((each) => headLine(each, state));
    return [...warningLines({ ...request, room: "errors" }), ...troubled];
  }
  const parts: readonly (readonly Line[])[] = [
    warningLines({ ...request, room: room === "short" ? "short" : "all" }),
    memory === undefined ? [] : memoryPart(memory, cols, room),
    runtimes.flatMap((runtime) => runtimeLines(runtime, request)),
    room === "short" ? [] : absentLines(state, cols),
  ];
  return parts.filter((lines) => lines.length > 0).flatMap((lines) => [...gap, ...lines]);
}

/** The memory of this machine says nothing where all models are on other ones. */
function shownMemory({ models }: State): MemoryState | undefined {
  const here = models.runtimes.some(({ address, connection }) => {
    return address.local && (connection.type === "up" || connection.type === "stale");
  });
  return here ? models.memory : undefined;
}

function memoryPart(memory: MemoryState, cols: number, room: ModelsRoom): readonly Line[] {
  return room === "short" ? [shortMemoryLine(memory, cols)] : memoryLines(memory, cols);
}

function runtimeLines(runtime: RuntimeState, request: ModelsRequest): readonly Line[] {
  const { state, cols, room } = request;
  const head = headLine(runtime, state);
  const trouble = troubleLines(runtime, request);
  // What a runtime had loaded before it went down says nothing of now.
  if (isInTrouble(runtime)) return [head, ...trouble];
  const loaded = { state, runtime, cols };
  if (room === "short") return [head, ...trouble, ...shortLoadedLines(loaded)];
  const models = loadedLines(loaded);
  const nothing = models.length === 0 && runtime.abilities.seesLoaded && !isAsked(runtime);
  return [
    head,
    ...(runtime.address.local ? [] : [addressLine(runtime)]),
    ...trouble,
    ...models,
    ...(nothing ? [line("  nothing loaded", "dim")] : []),
  ];
}

/** "  192.168.1.20:11434               42 ms". */
function addressLine(runtime: RuntimeState): Line {
  const { roundTripMs } = runtime;
  const left = [span(`  ${addressText(runtime)}`, "dim")];
  return roundTripMs === undefined ? { left } : { left, right: [span(`${roundTripMs} ms`, "dim")] };
}

function isAsked({ connection }: RuntimeState): boolean {
  return connection.type === "probing";
}

/** "● Ollama 0.32.15                up". */
function headLine(runtime: RuntimeState, { now }: State): Line {
  const { glyph, word } = connectionText(runtime, now);
  return {
    left: [{ type: "glyph", glyph }, span(` ${runtimeTitle(runtime)}`)],
    right: [span(word, glyph)],
  };
}

/** Why a runtime cannot be used, and the way out of it. */
function troubleLines(runtime: RuntimeState, { cols, room }: ModelsRequest): readonly Line[] {
  const { connection } = runtime;
  if (connection.type === "up" || connection.type === "probing" || connection.type === "stale") {
    return [];
  }
  const { wrong, remedy } = troubleRows[room];
  return [
    ...indented(whatIsWrong(connection, room === "short"), { cols, rows: wrong, meaning: "error" }),
    ...indented(connection.problem.remedy, { cols, rows: remedy, meaning: "plain" }),
  ];
}

/** A sentence that is cut off helps nobody while rows are free. */
const troubleRows = {
  spacious: { wrong: 5, remedy: 6 },
  full: { wrong: 2, remedy: 3 },
  short: { wrong: 1, remedy: 1 },
  trouble: { wrong: 1, remedy: 1 },
} as const;

type Trouble = Extract<Connection, { readonly type: "down" | "wrong-service" | "needs-token" }>;

/** What the word at the runtime's name does not say. */
function whatIsWrong(connection: Trouble, isShort: boolean): string | undefined {
  if (connection.type === "wrong-service") return `it is ${connection.found}`;
  const { code, message } = connection.problem;
  const isPlain = connection.type === "needs-token" || code === "runtime/not-running";
  return isPlain || isShort ? undefined : message;
}

type Indented = { readonly cols: number; readonly rows: number; readonly meaning: Meaning };

function indented(text: string | undefined, { cols, rows, meaning }: Indented): readonly Line[] {
  if (text === undefined || text === "") return [];
  return wrapText(printable(text), cols - 2, rows).map((each) => line(`  ${each}`, meaning));
}

/** "not running: LM Studio, llama-server": default addresses where nothing answers. */
function absentLines({ models }: State, cols: number): readonly Line[] {
  const names = models.runtimes
    .filter((each) => isAbsent(each, models) && !isAsked(each))
    .map(runtimeName);
  if (names.length === 0) return [];
  const text = `not running: ${[...new Set(names)].join(", ")}`;
  return wrapText(text, cols, 2).map((each) => line(each, "dim"));
}
