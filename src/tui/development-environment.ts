/**
 * The development environment as the running program holds it: loaded once at start, loaded again in
 * the background when its files change, and handed to each process that starts. The store knows only
 * how it stands; the variables stay here.
 */
import type { EnvironmentProgress } from "../core/environment.ts";
import type { Happening } from "../core/message.ts";
import type { State } from "../core/state.ts";
import { loadEnvironment } from "../nix/environment.ts";
import type { EnvironmentResult, LastGood, LoadedEnvironment } from "../nix/loaded-environment.ts";
import { plainEnvironment } from "../nix/plain-environment.ts";
import { type EnvironmentChange, isSameEnvironment, watchEnvironment } from "../nix/watch.ts";
import type { Cancel, Ports, Variables } from "../platform/ports.ts";
import type { Dispatch } from "./store.ts";

export type DevelopmentEnvironmentOptions = {
  readonly ports: Ports;
  readonly root: string;
  readonly cacheDir: string;
  readonly shell?: string;
  readonly dispatch: Dispatch;
  readonly state: () => State;
};

export type DevelopmentEnvironment = {
  /** Loads it; at start the panes wait for it, later it is a reload behind them. */
  readonly load: (refresh: boolean) => void;
  readonly cancel: () => void;
  readonly use: (which: "last-good" | "plain") => void;
  /** What a process that starts now gets. */
  readonly variables: () => Variables;
  readonly stop: () => void;
};

export function createDevelopmentEnvironment(
  options: DevelopmentEnvironmentOptions,
): DevelopmentEnvironment {
  const { ports, dispatch, root, cacheDir, shell } = options;
  let current: LoadedEnvironment | undefined;
  let lastGood: LastGood | undefined;
  let loading: AbortController | undefined;
  let stopWatch: Cancel | undefined;

  const request = { root, cacheDir, ...(shell === undefined ? {} : { shell }) };

  async function loadFirst(refresh: boolean): Promise<void> {
    const onProgress = (progress: EnvironmentProgress) =>
      dispatch({ type: "environment-progress", progress });
    begin(
      await only((abort) => loadEnvironment(ports, { ...request, refresh, abort, onProgress })),
    );
  }

  /** Runs one load; undefined when another one or the end of the program overtook it. */
  async function only(load: Load): Promise<EnvironmentResult | undefined> {
    loading?.abort();
    const mine = new AbortController();
    loading = mine;
    const result = await load(mine.signal);
    if (loading !== mine) return undefined;
    loading = undefined;
    return result;
  }

  function begin(result: EnvironmentResult | undefined): void {
    if (!result) return;
    if (result.ok) return accept(result.environment);
    lastGood = result.lastGood;
    const at = lastGood?.evaluatedAt;
    dispatch({
      type: "environment-failed",
      problem: result.problem,
      ...(at === undefined ? {} : { lastGoodAt: at }),
    });
  }

  function accept(environment: LoadedEnvironment): void {
    current = environment;
    dispatch({ type: "environment-ready", summary: environment.summary });
    watch(environment);
  }

  function watch(environment: LoadedEnvironment): void {
    stopWatch?.();
    stopWatch = watchEnvironment(ports, {
      ...request,
      current: environment,
      onChange: (change) => {
        if (change.type === "changed") current = change.environment;
        dispatch(reported(change));
      },
    });
  }

  async function takeLastGood(): Promise<void> {
    if (lastGood) begin(await only(lastGood.load));
  }

  async function reload(): Promise<void> {
    dispatch({ type: "environment-reloading" });
    const result = await only((abort) =>
      loadEnvironment(ports, { ...request, refresh: true, abort }),
    );
    if (!result) return;
    // What is fallen back on is what the panes have: it is kept, and the fault is told.
    const problem = result.ok ? result.environment.summary.problem : result.problem;
    if (!result.ok || problem) {
      if (problem) dispatch({ type: "environment-broken", problem });
      return;
    }
    const { environment } = result;
    const same = current !== undefined && isSameEnvironment(current, environment);
    current = environment;
    watch(environment);
    dispatch({
      type: same ? "environment-unchanged" : "environment-changed",
      summary: environment.summary,
    });
  }

  return {
    load(refresh) {
      void (options.state().environment.type === "ready" ? reload() : loadFirst(refresh));
    },
    cancel() {
      loading?.abort();
    },
    use(which) {
      if (which === "plain")
        return accept(plainEnvironment(ports, "your own environment, as you chose"));
      void takeLastGood();
    },
    variables: () => current?.variables ?? ports.env,
    stop() {
      loading?.abort();
      loading = undefined;
      stopWatch?.();
    },
  };
}

type Load = (abort: AbortSignal) => Promise<EnvironmentResult>;

function reported(change: EnvironmentChange): Happening {
  switch (change.type) {
    case "reloading":
      return { type: "environment-reloading" };
    case "changed":
    case "unchanged":
      return { type: `environment-${change.type}`, summary: change.environment.summary };
    case "broken":
      return { type: "environment-broken", problem: change.problem };
    default:
      return change satisfies never;
  }
}
