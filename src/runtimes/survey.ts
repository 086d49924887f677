/** Asks all runtimes once: for the command line. */
import { isUnclear } from "../core/installed-models.ts";
import type { RuntimeState } from "../core/runtime.ts";
import {
  createMonitor,
  type Monitor,
  type MonitorOptions,
  type MonitorPorts,
} from "./monitor/monitor.ts";
import { answers } from "./monitor/pace.ts";
import { untilTime } from "./until-time.ts";

export type Survey = {
  /** In the order of the addresses; those there is nothing to tell of are left out. */
  readonly runtimes: readonly RuntimeState[];
  readonly contextOf: Monitor["contextOf"];
};

export type SurveyOptions = Pick<
  MonitorOptions,
  "addresses" | "tokenOf" | "modelsPath" | "parts"
> & {
  /** ms until what has not answered is left out; what only a second request tells included. */
  readonly timeoutMs: number;
  /** Asks for what only a second request tells where it is not known whether a model has tools. */
  readonly describe?: boolean;
};

/** Second requests that are under way at once. */
const atOnce = 4;

/** Resolves when each runtime has answered or the time is up; nothing goes on after that. */
export async function surveyRuntimes(ports: MonitorPorts, options: SurveyOptions): Promise<Survey> {
  const states = new Map<string, RuntimeState>();
  const end = ports.clock.monotonic() + options.timeoutMs;
  let surveyed: () => void = () => {};
  const survey = new Promise<void>((resolve) => {
    surveyed = resolve;
  });
  const monitor = createMonitor(ports, {
    ...options,
    onChange: (state) => void states.set(state.address.id, state),
    onSurveyed: () => surveyed(),
  });
  const within = (work: Promise<unknown>) => untilTime(ports.clock, { work, end });
  await within(survey);
  if (options.describe ?? true) await within(describeAll(monitor, [...states.values()]));
  monitor.stop();
  const runtimes = options.addresses.flatMap(({ id }) => states.get(id) ?? []);
  return { runtimes, contextOf: monitor.contextOf };
}

async function describeAll(monitor: Monitor, runtimes: readonly RuntimeState[]): Promise<void> {
  const waiting = runtimes
    .filter(({ connection }) => answers(connection.type))
    .flatMap(({ address, installed }) =>
      installed.filter(isUnclear).map(({ name }) => ({ id: address.id, name })),
    );
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift())
      // What cannot be described stays unclear.
      await monitor.describe(next.id, next.name).catch(() => undefined);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}
