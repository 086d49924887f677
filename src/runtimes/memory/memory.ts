/**
 * The memory that models are loaded into on this machine: a GPU's own, or the RAM that GPU and CPU
 * share, or plain RAM. Nothing is read more often than every 5 s, and nothing while nobody looks.
 */
import type { MemoryState } from "../../core/runtime.ts";
import type { Cancel, Ports } from "../../platform/ports.ts";
import { isEqual } from "../monitor/monitor-difference.ts";
import type { Attention } from "../monitor/pace.ts";
import type { Limit } from "./memory-apple.ts";
import { followNvidia, type NvidiaFollower, type NvidiaGpu, nvidiaGpus } from "./memory-nvidia.ts";
import {
  type Budget,
  type Machine,
  type Reading,
  readApple,
  readLinux,
  readOnce,
  stateOf,
} from "./memory-reading.ts";

type MemoryPorts = Machine & Pick<Ports, "clock" | "follow">;

export type { Budget };

export type MemoryWatch = {
  /** How closely somebody looks; "hidden" at first, when it is read once. */
  readonly attend: (attention: Attention) => void;
  readonly stop: () => void;
};

const sampleMs = 5000;
const historyMs = 10_000;
const historyLength = 30;
/** A program that ended by itself is not started again before, in ms. */
const restartMs = 60_000;

/** Measures once; undefined where this system cannot be read. */
export async function measureMemory(
  ports: Machine,
  budget: Budget = {},
): Promise<MemoryState | undefined> {
  const reading = await readOnce(ports);
  return reading && stateOf(reading, { budget, history: [] });
}

/** Measures once at the start, and every 5 s while somebody looks. */
export function watchMemory(
  ports: MemoryPorts,
  { onMeasured, ...budget }: Budget & { readonly onMeasured: (memory: MemoryState) => void },
): MemoryWatch {
  const { clock } = ports;
  const sampler = createSampler(ports);
  let attention: Attention = "hidden";
  let timer: Cancel | undefined;
  let sampling = false;
  let stopped = false;
  let sampledAt: number | undefined;
  let history: readonly number[] = [];
  let historyAt = -Infinity;
  let told: MemoryState | undefined;
  let toldAt = -Infinity;

  function plan(): void {
    timer?.();
    timer = undefined;
    if (stopped || sampling) return;
    if (attention === "hidden" && sampledAt !== undefined) return sampler.rest();
    const dueAt = sampledAt === undefined ? 0 : sampledAt + sampleMs;
    timer = clock.after(Math.max(dueAt - clock.monotonic(), 0), () => void sample());
  }

  async function sample(): Promise<void> {
    sampling = true;
    // What cannot be read this time is read the next time.
    const reading = await sampler.read().catch(() => undefined);
    sampling = false;
    sampledAt = clock.monotonic();
    if (stopped) return;
    if (reading) tell(reading);
    plan();
  }

  /** Who rests beside the panel is told at once only of what a model takes or leaves. */
  function isNews(before: MemoryState, state: MemoryState): boolean {
    if (attention === "focused") return !looksSame(before, state, byteShare);
    if (!looksSame(before, state, jumpShare)) return true;
    const share = state.kind === "gpu" ? byteShare : restShare;
    return clock.monotonic() - toldAt >= restMs && !looksSame(before, state, share);
  }

  function tell(reading: Reading): void {
    const { usedBytes, totalBytes } = stateOf(reading, { budget, history });
    if (clock.monotonic() - historyAt >= historyMs) {
      historyAt = clock.monotonic();
      history = [...history, historyShare(history.at(-1), usedBytes, totalBytes)];
      history = history.slice(-historyLength);
    }
    const state = stateOf(reading, { budget, history });
    if (told && !isNews(told, state)) return;
    told = state;
    toldAt = clock.monotonic();
    onMeasured(state);
  }

  plan();
  return {
    attend(next) {
      if (next === attention) return;
      attention = next;
      plan();
    },
    stop() {
      stopped = true;
      timer?.();
      sampler.rest();
    },
  };
}

type Sampler = {
  readonly read: () => Promise<Reading | undefined>;
  /** Nothing is read for a while: what runs is ended. */
  readonly rest: () => void;
};

function createSampler(ports: MemoryPorts): Sampler {
  const { clock, host } = ports;
  let limit: Limit | undefined;
  let nvidia: readonly NvidiaGpu[] | undefined;
  let follower: NvidiaFollower | undefined;
  let endedAt = -Infinity;
  let first = true;

  function follow(): void {
    if (follower || clock.monotonic() - endedAt < restartMs) return;
    follower = followNvidia(ports, {
      everySeconds: sampleMs / 1000,
      onEnd: () => {
        follower = undefined;
        endedAt = clock.monotonic();
      },
    });
  }

  return {
    async read() {
      if (host.os === "darwin") {
        const reading = await readApple(ports, limit);
        limit = reading?.limit;
        return reading;
      }
      if (host.os !== "linux") return undefined;
      if (first) nvidia = await nvidiaGpus(ports);
      else if (nvidia) follow();
      first = false;
      const heard = follower?.gpus() ?? [];
      if (heard.length > 0) nvidia = heard;
      return readLinux(ports, nvidia);
    },
    rest() {
      follower?.stop();
      follower = undefined;
    },
  };
}

/** Less than this share is noise: each word of it would draw the panel anew. */
const byteShare = 0.005;
/** Of RAM, where every program of this machine comes and goes, while nobody looks into the models. */
const restShare = 0.01;
const restMs = 10_000;
/** What the smallest model takes, and no other program at rest. */
const jumpShare = 0.03;
/** A past that wavers by less is level. */
const historyStep = 0.02;

function historyShare(last: number | undefined, usedBytes: number, totalBytes: number): number {
  const share = totalBytes > 0 ? Math.round((usedBytes / totalBytes) * 100) / 100 : 0;
  return last !== undefined && Math.abs(share - last) < historyStep ? last : share;
}

function looksSame(a: MemoryState, b: MemoryState, byteStep: number): boolean {
  const step = b.totalBytes * byteStep;
  const near = (one: number, other: number) => Math.abs(one - other) < step;
  return (
    near(a.usedBytes, b.usedBytes) &&
    near(a.ramFreeBytes, b.ramFreeBytes) &&
    a.totalBytes === b.totalBytes &&
    a.budgetBytes === b.budgetBytes &&
    a.kind === b.kind &&
    looksSamePast(a.history, b.history) &&
    a.devices.length === b.devices.length
  );
}

/** A level past is not drawn, however long it is. */
function looksSamePast(a: MemoryState["history"], b: MemoryState["history"]): boolean {
  return (isLevel(a) && isLevel(b)) || isEqual(a, b);
}

function isLevel(history: MemoryState["history"]): boolean {
  return history.every((share) => share === history[0]);
}
