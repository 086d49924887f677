/**
 * Watches all runtimes and tells what changes. Several addresses can be one URL (three kinds of
 * runtimes share port 8080): it is asked once, and what answers decides which of them there are.
 */
import type { Problem } from "../../core/error.ts";
import type { ModelJob } from "../../core/models.ts";
import type {
  InstalledModel,
  RuntimeAddress,
  RuntimeKind,
  RuntimeState,
} from "../../core/runtime.ts";
import type { RuntimeTuning } from "../../core/runtime-tuning.ts";
import { stronger } from "../../core/stronger.ts";
import type { Ports } from "../../platform/ports.ts";
import type { Adapter, AdapterContext } from "../adapter.ts";
import { adapters } from "../adapters.ts";
import { createRuntimeClient, type RuntimeClient } from "../http/client.ts";
import { type Identified, identify } from "../identify.ts";
import { type Place, watchPlace } from "./monitor-place.ts";
import type { Speaker } from "./monitor-round.ts";
import { createWakeWatch } from "./monitor-wake.ts";
import type { Attention } from "./pace.ts";

/** What a monitor asks with; the real ones unless a test brings its own. */
export type MonitorParts = {
  readonly adapters: Readonly<Record<RuntimeKind, Adapter>>;
  readonly identify: (client: RuntimeClient, abort: AbortSignal) => Promise<Identified>;
  /** 0 to 1. */
  readonly random: () => number;
};

export type MonitorPorts = Pick<Ports, "clock" | "files" | "network">;

export type MonitorOptions = {
  readonly addresses: readonly RuntimeAddress[];
  /** The token of an address, by its `tokenVariable`. */
  readonly tokenOf: (address: RuntimeAddress) => string | undefined;
  /** MLX: a directory with one model a subdirectory, as MLX_MODELS_PATH says it. */
  readonly modelsPath?: string;
  /** "hidden" until `attend` says otherwise. */
  readonly attention?: Attention;
  readonly onChange: (state: RuntimeState) => void;
  /** Each runtime has answered once, or has had its time; called once. */
  readonly onSurveyed: () => void;
  readonly parts?: Partial<MonitorParts>;
};

/** Told of the jobs, so that what they do is not taken for a trouble. `jobs.ts` calls it. */
export type JobWatcher = {
  readonly started: (job: ModelJob, onProgress: (progress: number) => void) => void;
  readonly ended: (
    job: ModelJob,
    end: { readonly end: "done" | "cancelled" | "failed"; readonly problem?: Problem },
  ) => void;
};

export type Monitor = {
  /** How closely somebody looks. Hidden: nothing is asked but what jobs need. */
  readonly attend: (attention: Attention) => void;
  /** Asks one runtime, or all, at once. */
  readonly refresh: (id?: string) => void;
  /** What speaks to a runtime; undefined when something else is at its address. */
  readonly contextOf: (id: string) => Speaker | undefined;
  /** An installed model with what only a second request tells; rejects as the adapter does. */
  readonly describe: (id: string, model: string) => Promise<InstalledModel | undefined>;
  readonly jobs: JobWatcher;
  readonly stop: () => void;
};

/** A runtime that has not answered by then has had its time, in ms. */
const surveyMs = 4000;

/** Watches until it is stopped; the first questions are on their way when it returns. */
export function createMonitor(ports: MonitorPorts, options: MonitorOptions): Monitor {
  const { clock } = ports;
  const parts: MonitorParts = { adapters, identify, random: Math.random, ...options.parts };
  const wakeWatch = createWakeWatch(clock);
  const places = new Map<string, Place>();
  const missing = new Set(options.addresses.map(({ url }) => url));
  let surveyed = false;
  let stopped = false;

  function surveyEnded(): void {
    if (surveyed || stopped) return;
    surveyed = true;
    options.onSurveyed();
  }

  function watch(url: string): Place {
    const addresses = options.addresses.filter((address) => address.url === url);
    return watchPlace({
      clock,
      addresses,
      ...speakers({ ports, options, parts, addresses }),
      adapters: parts.adapters,
      random: parts.random,
      attention: options.attention ?? "hidden",
      onChange: options.onChange,
      onRound: () => {
        missing.delete(url);
        if (missing.size === 0) surveyEnded();
      },
      onTimer: (timer) => {
        if (wakeWatch.slept(timer)) for (const place of places.values()) place.wake();
      },
    });
  }

  const addressOf = (id: string) => options.addresses.find((address) => address.id === id);
  const placeOf = (id: string) => places.get(addressOf(id)?.url ?? "");

  for (const url of new Set(missing)) places.set(url, watch(url));
  const surveyTimer = clock.after(places.size > 0 ? surveyMs : 0, surveyEnded);

  return {
    attend(attention) {
      for (const place of places.values()) place.attend(attention);
    },
    refresh(id) {
      for (const place of id === undefined ? places.values() : [placeOf(id)]) place?.refresh();
    },
    contextOf(id) {
      const address = addressOf(id);
      return address && placeOf(id)?.speakerFor(address);
    },
    describe: async (id, model) => placeOf(id)?.describe(model),
    jobs: {
      started: (job, onProgress) => placeOf(job.runtime)?.jobStarted(job, onProgress),
      ended: (job, end) => placeOf(job.runtime)?.jobEnded(job, end),
    },
    stop() {
      stopped = true;
      surveyTimer();
      for (const place of places.values()) place.stop();
    },
  };
}

type Speaking = {
  readonly ports: MonitorPorts;
  readonly options: MonitorOptions;
  readonly parts: MonitorParts;
  readonly addresses: readonly RuntimeAddress[];
};

/** What speaks to a URL: with the token of who is meant there, one client a kind. */
function speakers({ ports, options, parts, addresses }: Speaking) {
  const byExpectation = addresses.toSorted((a, b) => Number(b.expected) - Number(a.expected));
  const clients = new Map<RuntimeKind | undefined, RuntimeClient>();

  /** The token of an address; of a kind it is in that kind's own variable, unless another is named. */
  function tokenOf(address: RuntimeAddress, kind: RuntimeKind | undefined): string | undefined {
    const usual = kind && parts.adapters[kind].tokenVariable;
    const tokenVariable = address.tokenVariable ?? usual;
    return tokenVariable === undefined ? undefined : options.tokenOf({ ...address, tokenVariable });
  }

  /** Before it is known what answers, only who was sent there by the user gets a token to see. */
  function findToken(kind: RuntimeKind | undefined): string | undefined {
    const meant =
      kind === undefined
        ? byExpectation.filter(({ expected }) => expected)
        : byExpectation.filter((address) => (address.kind ?? kind) === kind);
    return meant
      .map((address) => tokenOf(address, kind ?? address.kind))
      .find((token) => token !== undefined);
  }

  function clientFor(kind: RuntimeKind | undefined): RuntimeClient {
    const { url = "" } = byExpectation[0] ?? {};
    const client =
      clients.get(kind) ??
      createRuntimeClient({ fetch: ports.network.fetchPatiently, url, token: findToken(kind) });
    clients.set(kind, client);
    return client;
  }

  function modelsOf(tuning: RuntimeTuning = {}): Pick<AdapterContext, "models" | "modelsPath"> {
    const { modelsPath: guided } = options;
    const variable = guided === undefined ? undefined : { value: guided, variable: "" };
    const path = stronger(tuning.modelsPath, variable)?.value;
    const names = Object.entries(tuning.models ?? {}).map(([name, { value }]) => [name, value]);
    return {
      ...(path === undefined ? {} : { modelsPath: path }),
      ...(names.length === 0 ? {} : { models: Object.fromEntries(names) }),
    };
  }

  return {
    identify: async (abort: AbortSignal) => parts.identify(clientFor(undefined), abort),
    speakerOf: (kind: RuntimeKind): Speaker => ({
      adapter: parts.adapters[kind],
      context: {
        client: clientFor(kind),
        clock: ports.clock,
        files: ports.files,
        ...modelsOf(byExpectation.find((address) => (address.kind ?? kind) === kind)?.tuning),
      },
    }),
  };
}
