import { Worker } from "node:worker_threads";

/** A worker thread that speaks in messages of known types. */
export type Thread<In, Out> = {
  readonly post: (message: In) => void;
  readonly onMessage: (listener: (message: Out) => void) => void;
  /** It threw where nobody caught it, and is gone. */
  readonly onFailed: (listener: (error: Error) => void) => void;
  /** Ends it; resolves when it is gone. */
  readonly stop: () => Promise<void>;
};

/** Enough for some surfaces of Ink; without limits V8 takes 40 MB more than it needs. */
const resourceLimits = { maxOldGenerationSizeMb: 96, maxYoungGenerationSizeMb: 8 };

/** Starts a worker thread; its own output streams are not the program's. */
export function startThread<In, Out>(entry: URL, workerData: unknown): Thread<In, Out> {
  const worker = new Worker(entry, { workerData, stdout: true, stderr: true, resourceLimits });
  worker.unref();
  return {
    post: (message) => worker.postMessage(message),
    onMessage: (listener) => void worker.on("message", listener),
    onFailed: (listener) => void worker.on("error", listener),
    stop: async () => void (await worker.terminate()),
  };
}
