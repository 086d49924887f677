/**
 * The worker thread in which Ink draws the chrome: its frames would stand in the way of keys for
 * milliseconds, and loading it would delay the first pane. It reads no key and writes to no
 * terminal; it turns snapshots into bytes for the emulators of the surfaces.
 */
import { parentPort, workerData } from "node:worker_threads";
import { AiRulesError, unforeseen } from "../../core/error.ts";
import type { State } from "../../core/state.ts";
import type { ChromeWorkerData, FromWorker, ToWorker } from "./protocol.ts";
import { withChanges } from "./state-changes.ts";

// Read once, when React and Ink are loaded.
process.env["NODE_ENV"] = "production";

const port = parentPort;
if (port === null) throw new AiRulesError(unforeseen("this file is the entry of a worker thread"));

const post = (message: FromWorker) => port.postMessage(message);
const { createChrome } = await import("./chrome.tsx");
// What the main thread starts us with is its side of the protocol.
const { ascii, color }: ChromeWorkerData = workerData;
const chrome = createChrome({ ascii, color, post });

let state: State | undefined;

port.on("message", (message: ToWorker) => {
  switch (message.type) {
    case "snapshot":
      state = message.state;
      return chrome.show(state, message.surfaces);
    case "changes":
      if (state === undefined) return;
      state = withChanges(state, message.changes);
      return chrome.show(state, message.surfaces);
    case "stop":
      chrome.stop();
      return port.close();
    default:
      return message satisfies never;
  }
});
post({ type: "ready" });
