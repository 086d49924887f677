/** States that are hard to show: long, wide and hostile texts in every place that comes from outside. */
import type { Diagnosis } from "../../src/core/diagnosis.ts";
import type { Problem } from "../../src/core/error.ts";
import type { ModelsState } from "../../src/core/models.ts";
import type { State } from "../../src/core/state.ts";
import { sampleChecks, sampleDiagnosis } from "./sample-diagnosis.ts";
import {
  downLlamaServer,
  sampleInstalled,
  sampleLoaded,
  sampleMemory,
  sampleModels,
  sampleOllama,
} from "./sample-models.ts";
import { sampleNow as now, readyEnvironment, sampleState, withPane } from "./sample-state.ts";

const hostile =
  "\u001B[2J\u001B]0;title\u0007日本語のとても長い名前 👩‍💻👍🏽 é \u202Eevil\u0000\tword ".repeat(
    4,
  );
const oneWord = "/nix/store/".padEnd(300, "x");

const problem: Problem = {
  code: "nix/eval-failed",
  message: hostile,
  remedy: oneWord,
  detail: `${hostile}\n${oneWord}\n`.repeat(30),
  position: { file: oneWord, line: 3, column: 4 },
};

const reloading: State["environment"] = {
  type: "ready",
  summary: {
    source: "last-good",
    shell: hostile,
    evaluatedAt: now - 1e9,
    tookMs: 1e6,
    hookOutput: `${hostile}\r\n${oneWord}\n`.repeat(50),
    hookWarned: true,
    note: hostile,
    problem,
    variableCount: 1000,
  },
  reload: { type: "broken", problem },
};

const wish = {
  model: `ollama/${hostile}`,
  source: { from: "chosen" },
  insteadOf: oneWord,
} as const;

function hostileModels(): ModelsState {
  const loaded = [hostile, oneWord].map((name) => sampleLoaded(name, { quantization: hostile }));
  const installed = [hostile, oneWord].map((name) => {
    return sampleInstalled(name, { title: hostile, family: oneWord, parameters: hostile });
  });
  const address = { ...sampleOllama.address, id: hostile, url: oneWord, local: false };
  const connection = { type: "wrong-service", since: now, found: hostile, problem } as const;
  const samples = sampleModels();
  return {
    ...samples,
    runtimes: [
      ...samples.runtimes,
      { ...sampleOllama, address, version: hostile, loaded, installed, troubles: [problem] },
      { ...sampleOllama, loaded, installed, reloads: { [hostile]: 12 } },
      { ...downLlamaServer, connection },
    ],
    memory: { ...sampleMemory, budgetFrom: hostile, usedBytes: 1e15 },
    wishes: { plan: wish, build: wish },
    recent: [`ollama/${hostile}`, oneWord],
    opencodeModels: [`cloud/${hostile}`, hostile],
    switches: {
      plan: {
        plan: { model: `ollama/${hostile}`, unloadFirst: [] },
        since: now,
        step: { type: "failed", at: now, problem },
      },
    },
    jobs: [
      {
        id: "1",
        runtime: "ollama",
        deed: { type: "load", model: `${hostile}2` },
        since: now - 1e9,
        progress: 0.1,
      },
    ],
  };
}

function hostileDiagnosis(): Diagnosis {
  const texts = { found: hostile, why: oneWord, remedy: hostile, link: oneWord };
  return sampleDiagnosis({
    checks: sampleChecks.map((check) => ({
      ...check,
      findings: check.findings.map((finding) => ({ ...finding, ...texts })),
    })),
    mended: [
      { id: oneWord, code: "nix/not-tracked", did: hostile },
      { id: hostile, code: "nix/not-tracked", did: "", error: oneWord },
    ],
  });
}

function crowded(): State {
  const notice = { level: "warning", text: hostile, remedy: oneWord, until: now } as const;
  const base = sampleState({
    project: { root: "/", name: hostile },
    environment: reloading,
    models: hostileModels(),
    zoomed: true,
    mouseCaptured: false,
    notice,
  });
  const asks = { type: "permission", since: now, count: 12, detail: hostile } as const;
  const failed = { type: "failed", at: now, problem } as const;
  const exited = {
    type: "exited",
    at: now,
    ranFor: 1e9,
    exit: { signal: "SIGKILL" },
    byHand: false,
  } as const;
  const plan = withPane(base, "plan", { activity: asks, model: `a/${hostile}`, mismatch: problem });
  const build = withPane(plan, "build", { process: failed, kind: "command", label: hostile });
  return withPane(build, "review", { process: exited, lost: true, terminalTitle: oneWord });
}

const counters = { done: 12_345, expected: 99_999_999_999 };

/** A state for every overlay and every screen, by what it shows. */
export const fullStates: Readonly<Record<string, State>> = {
  crowded: crowded(),
  quitting: { ...crowded(), quitting: true },
  prefix: { ...crowded(), prefix: { since: now, strip: true } },
  help: { ...crowded(), overlay: { type: "help", filter: "", typing: false, top: 3 } },
  "help filter": { ...crowded(), overlay: { type: "help", filter: hostile, typing: true, top: 0 } },
  palette: { ...crowded(), overlay: { type: "palette", query: "", selected: 17 } },
  "palette query": { ...crowded(), overlay: { type: "palette", query: hostile, selected: 0 } },
  log: { ...crowded(), overlay: { type: "log", lines: [hostile, oneWord, ""], top: 0 } },
  "log end": {
    ...crowded(),
    overlay: { type: "log", lines: Array.from({ length: 90 }, () => hostile), top: 1e15 },
  },
  environment: { ...crowded(), overlay: { type: "environment", top: 2 } },
  doctor: { ...crowded(), overlay: { type: "doctor" }, diagnosis: hostileDiagnosis() },
  "doctor end": {
    ...crowded(),
    overlay: { type: "doctor", at: "elixir-port/0" },
    diagnosis: hostileDiagnosis(),
  },
  "model picker": {
    ...crowded(),
    overlay: { type: "model-picker", mode: "build", query: "", selected: 1, arithmetic: true },
  },
  "model picker query": {
    ...crowded(),
    overlay: {
      type: "model-picker",
      mode: "build",
      query: hostile,
      selected: 9,
      arithmetic: false,
    },
  },
  "switch options": {
    ...crowded(),
    overlay: {
      type: "switch-options",
      mode: "build",
      model: `ollama/${hostile}`,
      selected: 0,
      arithmetic: true,
    },
  },
  models: { ...crowded(), overlay: { type: "models", selected: 3, details: true } },
  confirm: {
    ...crowded(),
    overlay: {
      type: "confirm",
      confirm: { deed: "quit", mode: "plan", question: hostile, details: [oneWord, hostile] },
    },
  },
  loading: {
    ...crowded(),
    environment: {
      type: "loading",
      since: now - 1e6,
      progress: { activity: hostile, builds: counters, fetches: counters, bytes: counters },
    },
  },
  failed: { ...crowded(), environment: { type: "failed", problem, lastGoodAt: now - 1e9 } },
  plain: sampleState({ environment: readyEnvironment({ source: "plain" }) }),
};
