/**
 * What every adapter keeps to, whatever it speaks to: the same tests over all of them. A row names
 * the adapter, how to start a stand-in of its runtime, and a model that the stand-in has.
 */
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { AiRulesError, type Problem } from "../../src/core/error.ts";
import { parseJson } from "../../src/core/json.ts";
import type { Adapter, AdapterContext } from "../../src/runtimes/adapter.ts";
import { identify } from "../../src/runtimes/identify.ts";
import { adapterContext, neverAborted } from "../fakes/adapter-context.ts";
import { type RuntimeServer, sendText, startRuntimeServer } from "../fakes/runtime-server.ts";
import { until } from "../fakes/until.ts";

export type ContractServer = Pick<RuntimeServer, "url" | "requests" | "trouble" | "close">;

export type ContractOptions = {
  /** It is to want this. */
  readonly token?: string;
  /** Loads are to take until the test is over. */
  readonly loadMs?: "manual";
};

export type Contract = {
  readonly name: string;
  readonly adapter: Adapter;
  readonly start: (options: ContractOptions) => Promise<ContractServer>;
  /** One that is installed, answers chats and is not loaded at the start. */
  readonly model: string;
  /** What is told of the version. */
  readonly version: string | undefined;
  /** It is loaded from the start and stays so: a server with one model. */
  readonly alwaysLoaded?: boolean;
  /** This way of running it cannot load a model, though others of its kind can. */
  readonly loads?: false;
};

/** Paths that load or wake a model, in any runtime. */
const waking = /[?&]model=|\/slots|\/upstream|\/chat|\/completions|\/generate|\/load|\/unload/;

const odd = `\u001b[31mred\u0007 ${"n".repeat(300)}\u202e`;

export function describeContract(contract: Contract): void {
  const { adapter, model } = contract;
  const { abilities } = adapter;

  describe(`the adapter of ${contract.name}`, () => {
    it("tells the version", async () => {
      const { context } = await serve(contract);

      expect(await adapter.version(context, neverAborted())).toBe(contract.version);
    });

    it("lists what is installed, each name once", async () => {
      const { context } = await serve(contract);

      const names = (await adapter.installed(context, neverAborted())).map(({ name }) => name);

      expect(names).toContain(model);
      expect(new Set(names).size).toBe(names.length);
    });

    it("is told apart from all other runtimes", async () => {
      const { context } = await serve(contract);

      expect(await identify(context.client, neverAborted())).toMatchObject({ kind: adapter.kind });
    });

    it("only looks when it looks: GET, and no path that loads or wakes a model", async () => {
      const { context, server } = await serve(contract);

      await everything(adapter, context);
      await identify(context.client, neverAborted());

      expect(server.requests.filter(({ method }) => method !== "GET" && method !== "HEAD")).toEqual(
        [],
      );
      expect(server.requests.filter(({ path }) => waking.test(path))).toEqual([]);
      if (!contract.alwaysLoaded) {
        expect(await adapter.loaded(context, neverAborted())).toEqual([]);
      }
    });

    it("says what is wrong, in its own name, when nothing listens", async () => {
      const { context, server } = await serve(contract);
      await server.close();

      const problem = await problemOf(adapter.version(context, neverAborted()));

      expect(problem.code).toBe("runtime/not-running");
      expect(problem.message).toContain(`${adapter.title} is not running at 127.0.0.1:`);
      expect(problem.remedy).toContain(adapter.startCommand);
    });

    for (const type of ["hang", "stall"] as const) {
      it(`gives up a server that does ${type}`, async () => {
        const { context, server } = await serve(contract);
        server.trouble({ type });

        const answer = await withoutWaiting(server, () => adapter.version(context, neverAborted()));

        expect((await problemOf(answer())).code).toBe("runtime/timed-out");
      });
    }

    it("rejects with the signal's reason when a call is aborted", async () => {
      const { context, server } = await serve(contract);
      server.trouble({ type: "hang" });
      for (const ask of questions(adapter)) {
        const abort = new AbortController();
        const reason = new Error("no longer");
        const asked = server.requests.length;
        const answer = ask(context, abort.signal).catch((error: unknown) => error);
        // Some have nothing to ask.
        await Promise.race([answer, until(() => server.requests.length > asked)]);
        abort.abort(reason);

        expect([reason, []]).toContainEqual(await answer);
      }
    });

    for (const type of ["garbage", "html", "reset"] as const) {
      it(`takes no answer that is ${type} for one of the runtime's`, async () => {
        const { context, server } = await serve(contract);
        server.trouble({ type });

        await problemOf(adapter.version(context, neverAborted()));
        for (const ask of questions(adapter)) await orderly(ask(context, neverAborted()));
      });
    }

    it("reads an answer of 10 MB as any other", async () => {
      const { context, server } = await serve(contract);
      const before = await everything(adapter, context);
      server.trouble({ type: "big" });

      expect(await everything(adapter, context)).toEqual(before);
    });

    it("wants a token where the server does, and uses it", async () => {
      const token = "token-of-a-test";
      const { context, server } = await serve(contract, { token });

      const answers = await Promise.all(
        questions(adapter).map((ask) => orderly(ask(context, neverAborted()))),
      );

      const problems = answers.filter((answer) => answer instanceof AiRulesError);
      expect(problems.map(({ problem }) => problem.code)).toContain("runtime/needs-token");
      expect(JSON.stringify(problems.map(({ problem }) => problem))).not.toContain(token);
      await everything(adapter, adapterContext(server, { token }));
    });

    it("ignores fields it does not know", async () => {
      const { context, server } = await serve(contract);
      const before = await everything(adapter, context);

      const extended = await rewritten(server, withUnknownFields);

      expect(await everything(adapter, extended)).toEqual(before);
    });

    it("does without any field, and with any of a wrong type", async () => {
      const { server } = await serve(contract);
      const keys = await keysOf(adapter, server);
      let current: { readonly key: string; readonly value: unknown } = { key: "", value: null };
      const broken = await rewritten(server, (json) => withField(json, current));

      for (const key of keys) {
        for (const value of [undefined, null, -1, "x", [], {}, true]) {
          current = { key, value };
          for (const ask of questions(adapter)) await orderly(ask(broken, neverAborted()));
        }
      }
    });

    it("hands names over as they are, whatever they hold and however long", async () => {
      const { server } = await serve(contract);

      const renamed = await rewritten(server, (json) => withName(json, model));
      const names = (await adapter.installed(renamed, neverAborted())).map(({ name }) => name);

      expect(names).toContain(odd);
    });

    it("names commands that are safe to paste, whatever a model is called", () => {
      for (const deed of ["load", "unload", "keep-alive", "derive", "pull"] as const) {
        const url = "http://127.0.0.1:9";
        const command = adapter.byHand({ deed, url, model: `${odd}'; rm -rf "$HOME" #` });

        expect(command).not.toMatch(/[^ -~]/);
        expect(command.replace(/'\\''/g, "").replace(/'[^']*'/g, "")).not.toMatch(/rm|HOME/);
      }
    });

    const { alwaysLoaded = false, loads = true } = contract;
    if (abilities.load && loads && !alwaysLoaded) describeLoading(contract);
  });
}

function describeLoading(contract: Contract): void {
  const { adapter, model } = contract;
  const { abilities } = adapter;

  if (abilities.seesLoaded) {
    it("loads a model and then tells that it is loaded", async () => {
      const { context } = await serve(contract);

      await load(contract, context);

      const loaded = await adapter.loaded(context, neverAborted());
      expect(loaded.map(({ name, state }) => [name, state])).toEqual([[model, "loaded"]]);
    });
  }

  if (abilities.unload) {
    it("unloads a model and then tells that it is gone", async () => {
      const { context } = await serve(contract);
      await load(contract, context);
      const [first] = await adapter.loaded(context, neverAborted());

      if (first) await adapter.unload?.(context, first);

      expect(first?.name).toBe(model);
      expect(await adapter.loaded(context, neverAborted())).toEqual([]);
    });
  }

  it("ends a load with the signal's reason when it is aborted", async () => {
    const { context, server } = await serve(contract, { loadMs: "manual" });
    const abort = new AbortController();
    const reason = new Error("never mind");
    const loading = load(contract, context, abort.signal).catch((error: unknown) => error);
    await until(() => server.requests.some(({ path }) => waking.test(path)), {
      seen: () => server.requests.map(({ path }) => path),
    });

    abort.abort(reason);

    expect(await loading).toBe(reason);
  });

  it("says so when there is no such model", async () => {
    const { context } = await serve(contract);

    const problem = await problemOf(load({ ...contract, model: `${model}x` }, context));

    expect(problem).toMatchObject({ code: "model/not-found" });
    expect(problem.message).toContain(`${model}x`);
  });
}

async function serve(contract: Contract, options: ContractOptions = {}) {
  const server = await contract.start(options);
  onTestFinished(() => server.close());
  return { server, context: adapterContext(server) };
}

async function load({ adapter, model }: Contract, context: AdapterContext, abort = neverAborted()) {
  await adapter.load?.(context, { model, abort, onProgress: () => {} });
}

type Question = (context: AdapterContext, abort: AbortSignal) => Promise<unknown>;

function questions(adapter: Adapter): readonly Question[] {
  return [
    (context, abort) => adapter.version(context, abort),
    (context, abort) => adapter.loaded(context, abort),
    (context, abort) => adapter.installed(context, abort),
  ];
}

function everything(adapter: Adapter, context: AdapterContext): Promise<readonly unknown[]> {
  return Promise.all(questions(adapter).map((ask) => ask(context, neverAborted())));
}

/** What is answered, or the failure if it is one of ours: nothing else may come out. */
async function orderly(answer: Promise<unknown>): Promise<unknown> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AiRulesError) return error;
    throw error;
  }
}

async function problemOf(answer: Promise<unknown>): Promise<Problem> {
  const failure = await orderly(answer);
  if (!(failure instanceof AiRulesError)) {
    throw new Error(`no failure but ${JSON.stringify(failure)}`);
  }
  return failure.problem;
}

/** Lets all time-outs pass as soon as the server has been asked. */
async function withoutWaiting(server: ContractServer, ask: () => Promise<unknown>) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  try {
    const answer = orderly(ask());
    while (server.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
    vi.advanceTimersByTime(60_000);
    const failure = await answer;
    return () => (failure instanceof AiRulesError ? Promise.reject(failure) : answer);
  } finally {
    vi.useRealTimers();
  }
}

/** The same server with each of its answers in JSON changed. */
async function rewritten(
  { url }: Pick<ContractServer, "url">,
  change: (json: unknown) => unknown,
): Promise<AdapterContext> {
  const server = await startRuntimeServer({
    routes: {},
    fallback: async ({ request: { method, path, text, headers }, response }) => {
      const answer = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: headers.authorization ?? "" },
        ...(text === "" ? {} : { body: text }),
      });
      const body = await answer.text();
      const json = parseJson(body);
      const changed = json === undefined ? body : JSON.stringify(change(json));
      sendText(response, answer.status, changed);
    },
  });
  onTestFinished(() => server.close());
  return adapterContext(server);
}

function withUnknownFields(value: unknown): unknown {
  return mapObjects(value, (object) => ({ ...object, zz_new: { deep: [1, null, "x"] } }));
}

function withField(
  value: unknown,
  { key, value: other }: { readonly key: string; readonly value: unknown },
): unknown {
  return mapObjects(value, (object) => (key in object ? { ...object, [key]: other } : object));
}

function withName(value: unknown, name: string): unknown {
  if (value === name) return odd;
  if (Array.isArray(value)) return value.map((each) => withName(each, name));
  return mapObjects(value, (object) =>
    Object.fromEntries(Object.entries(object).map(([key, each]) => [key, withName(each, name)])),
  );
}

/** Changes an object and all those within it, innermost first. */
function mapObjects(
  value: unknown,
  change: (object: Readonly<Record<string, unknown>>) => unknown,
): unknown {
  if (Array.isArray(value)) return value.map((each) => mapObjects(each, change));
  if (typeof value !== "object" || value === null) return value;
  return change(
    Object.fromEntries(Object.entries(value).map(([key, each]) => [key, mapObjects(each, change)])),
  );
}

/** All names of fields in what the adapter is answered. */
async function keysOf(adapter: Adapter, server: ContractServer): Promise<readonly string[]> {
  const keys = new Set<string>();
  const seen = await rewritten(server, (json) =>
    mapObjects(json, (object) => {
      for (const key of Object.keys(object)) keys.add(key);
      return object;
    }),
  );
  await everything(adapter, seen);
  return [...keys];
}
