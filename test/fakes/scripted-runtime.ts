import { AiRulesError } from "../../src/core/error.ts";
import {
  type Abilities,
  type InstalledModel,
  type LoadedModel,
  type RuntimeAddress,
  type RuntimeKind,
  runtimeKinds,
} from "../../src/core/runtime.ts";
import type { Adapter, LoadRequest, RuntimeEvent } from "../../src/runtimes/adapter.ts";
import type { Identified } from "../../src/runtimes/identify.ts";
import type { Question } from "../../src/runtimes/monitor/pace.ts";

/** A runtime in memory whose answers a test writes down, and which counts what it is asked. */
export type ScriptedRuntime = {
  readonly adapter: Adapter;
  readonly identify: (abort: AbortSignal) => Promise<Identified>;
  /** Each question as it came. */
  readonly asked: Question[];
  /** Questions that are under way at this moment, at most. */
  readonly atOnce: () => number;
  is: "up" | "refusing" | "wants-token";
  /** What answers there, when it is no runtime of ours. */
  foreign?: string;
  /** These are accepted and never answered. */
  readonly hangs: Set<Question>;
  /** What an answer waits for. */
  delay: (() => Promise<void>) | undefined;
  readonly fails: Map<Question, Error>;
  version: string;
  loaded: readonly LoadedModel[];
  installed: readonly InstalledModel[];
  /** Loads under way; a test ends them. */
  readonly loads: (LoadRequest & {
    readonly done: () => void;
    readonly fail: (error: Error) => void;
  })[];
  readonly unloads: string[];
  /** Tells an event to all streams that are open. */
  readonly emit: (event: RuntimeEvent) => void;
  /** Breaks all streams. */
  readonly breakStreams: () => void;
  readonly streams: () => number;
};

export type ScriptedOptions = {
  readonly kind?: RuntimeKind;
  readonly abilities?: Partial<Abilities>;
  readonly events?: boolean;
};

const able: Abilities = {
  seesLoaded: true,
  load: true,
  unload: true,
  keepAlive: true,
  loadContext: false,
  derive: true,
  pull: false,
};

export function createScriptedRuntime(options: ScriptedOptions = {}): ScriptedRuntime {
  const kind = options.kind ?? "ollama";
  let underWay = 0;
  let most = 0;
  const streams = new Set<{ wake: () => void; events: RuntimeEvent[]; broken: boolean }>();

  async function answer<T>(question: Question, abort: AbortSignal, value: () => T): Promise<T> {
    runtime.asked.push(question);
    underWay += 1;
    most = Math.max(most, underWay);
    try {
      await Promise.resolve();
      await runtime.delay?.();
      if (runtime.hangs.has(question)) await aborted(abort);
      const fault = runtime.fails.get(question);
      if (fault) throw fault;
      if (runtime.is === "refusing") throw refused();
      if (runtime.is === "wants-token") throw tokenWanted();
      return value();
    } finally {
      underWay -= 1;
    }
  }

  async function* events(abort: AbortSignal): AsyncGenerator<RuntimeEvent> {
    const stream = { wake: () => {}, events: [] as RuntimeEvent[], broken: false };
    streams.add(stream);
    abort.addEventListener("abort", () => {
      stream.broken = true;
      stream.wake();
    });
    try {
      while (!stream.broken) {
        yield* stream.events.splice(0);
        if (stream.broken) return;
        await new Promise<void>((resolve) => {
          stream.wake = resolve;
        });
      }
    } finally {
      streams.delete(stream);
    }
  }

  const runtime: ScriptedRuntime = {
    is: "up",
    asked: [],
    hangs: new Set(),
    delay: undefined,
    fails: new Map(),
    version: "1.0",
    loaded: [],
    installed: [],
    loads: [],
    unloads: [],
    atOnce: () => most,
    streams: () => streams.size,
    emit(event) {
      for (const stream of streams) {
        stream.events.push(event);
        stream.wake();
      }
    },
    breakStreams() {
      for (const stream of streams) {
        stream.broken = true;
        stream.wake();
      }
    },
    identify: (abort) =>
      answer("identify", abort, () =>
        runtime.foreign === undefined ? { kind } : { found: runtime.foreign },
      ),
    adapter: {
      kind,
      title: titleOf(kind),
      abilities: { ...able, ...options.abilities },
      startCommand: `${kind} serve`,
      installedEveryMs: 60_000,
      version: (_, abort) => answer("version", abort, () => runtime.version),
      loaded: (_, abort) => answer("loaded", abort, () => runtime.loaded),
      installed: (_, abort) => answer("installed", abort, () => runtime.installed),
      describe: async (_, model) => ({ ...model, tools: true, described: true }),
      load: (_, request) =>
        new Promise<void>((resolve, reject) => {
          runtime.loads.push({ ...request, done: resolve, fail: reject });
          request.abort.addEventListener("abort", () => reject(toError(request.abort.reason)));
        }),
      unload: async (_, { instance }) => {
        runtime.unloads.push(instance);
        runtime.loaded = runtime.loaded.filter((model) => model.instance !== instance);
      },
      ...(options.events ? { events: (_: unknown, abort: AbortSignal) => events(abort) } : {}),
      byHand: () => "by hand",
    },
  };
  return runtime;
}

/** One adapter a kind: those given, and for the others ones that answer nothing. */
export function adaptersOf(
  runtimes: readonly ScriptedRuntime[],
): Readonly<Record<RuntimeKind, Adapter>> {
  const adapterOf = (kind: RuntimeKind) => {
    const found = runtimes.find(({ adapter }) => adapter.kind === kind);
    return (found ?? createScriptedRuntime({ kind })).adapter;
  };
  const [ollama, lmstudio, mlx, llamaServer, llamaSwap, openai] = runtimeKinds.map(adapterOf);
  if (!ollama || !lmstudio || !mlx || !llamaServer || !llamaSwap || !openai)
    throw new Error("a kind is missing");
  const named = { "llama-server": llamaServer, "llama-swap": llamaSwap };
  return { ollama, lmstudio, mlx, openai, ...named };
}

export function scriptedAddress(change: Partial<RuntimeAddress> = {}): RuntimeAddress {
  return {
    id: "ollama",
    kind: "ollama",
    url: "http://127.0.0.1:11434",
    local: true,
    source: { from: "default" },
    expected: true,
    ...change,
  };
}

/** A connection that nobody takes, as fetch tells it. */
export function refused(): Error {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  return new TypeError("fetch failed", { cause });
}

export function tokenWanted(): Error {
  return new AiRulesError({ code: "runtime/needs-token", message: "token", remedy: "set one" });
}

function aborted(abort: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (abort.aborted) reject(toError(abort.reason));
    abort.addEventListener("abort", () => reject(toError(abort.reason)));
  });
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

function titleOf(kind: RuntimeKind): string {
  return kind === "ollama" ? "Ollama" : kind;
}
