import type { Scripts } from "./server.ts";

/**
 * A model a mode. Each says its own name, so that a test sees who answered; the one for build calls a
 * tool first, so that a test sees it carried out.
 */
export const modeScripts: Scripts = {
  "tiny-plan": { type: "say", pieces: ["A plan", " from", " tiny-plan", "."] },
  "tiny-build": {
    type: "call",
    tool: "write",
    arguments: { filePath: "made-by-build.txt", content: "written by tiny-build\n" },
    closing: ["Built", " by", " tiny-build", "."],
  },
  "tiny-review": { type: "say", pieces: ["A review", " from", " tiny-review", "."] },
};

/** Two models that a mode is switched between. */
export const switchScripts: Scripts = {
  "tiny-alpha": { type: "say", pieces: ["Alpha", " speaks", " here", "."] },
  "tiny-beta": { type: "say", pieces: ["Beta", " answers", " now", "."] },
};
