/** Downloads of models, as Ollama tells of them line by line; one that is broken off goes on later. */
import type { Clock } from "../../src/platform/ports.ts";
import { type OllamaModel, sameOllamaName } from "./ollama-models.ts";
import { type RouteCall, startNdjson } from "./runtime-server.ts";

/** After so many of ten pieces: an error line, or, without a text, the end of the stream. */
export type PullTrouble = { readonly afterPieces: number; readonly error?: string };

export type PullsOptions = {
  readonly clock: Clock;
  readonly store: {
    readonly find: (name: string) => OllamaModel | undefined;
    readonly add: (model: OllamaModel) => void;
  };
  readonly library: readonly OllamaModel[];
  readonly stepMs: number;
};

type Send = (line: unknown) => void;

const pieces = 10;
/** The other layers of a model (template, parameters), together. */
const smallBytes = 12_000;

export function createOllamaPulls({ clock, store, library, stepMs }: PullsOptions) {
  /** Pieces that are here, by blob. */
  const done = new Map<string, number>();
  let trouble: PullTrouble | undefined;

  /** Sends the lines of a pull; true when the model is installed. */
  async function fetchModel(name: string, send: Send, gone: AbortSignal): Promise<boolean> {
    send({ status: "pulling manifest" });
    const model = library.find((known) => sameOllamaName(known.name, name)) ?? store.find(name);
    if (!model) {
      send({ error: "pull model manifest: file does not exist" });
      return false;
    }
    if (!(await fetchBlob(model, send, gone))) return false;
    const digest = `sha256:${model.digest}`;
    send({ status: `pulling ${short(model.digest)}`, digest, total: smallBytes });
    send({
      status: `pulling ${short(model.digest)}`,
      digest,
      total: smallBytes,
      completed: smallBytes,
    });
    send({ status: "verifying sha256 digest" });
    send({ status: "writing manifest" });
    store.add(model);
    send({ status: "success" });
    return true;
  }

  async function fetchBlob(model: OllamaModel, send: Send, gone: AbortSignal): Promise<boolean> {
    const digest = model.blob.replace("-", ":");
    const line = { status: `pulling ${short(digest.slice(7))}`, digest, total: model.sizeBytes };
    send(line);
    for (let piece = done.get(model.blob) ?? 0; piece < pieces; piece++) {
      if (trouble && piece >= trouble.afterPieces) {
        if (trouble.error !== undefined) send({ error: trouble.error });
        return false;
      }
      if (stepMs > 0) await new Promise<void>((resolve) => void clock.after(stepMs, resolve));
      if (gone.aborted) return false;
      done.set(model.blob, piece + 1);
      send({ ...line, completed: Math.round((model.sizeBytes * (piece + 1)) / pieces) });
    }
    return true;
  }

  return {
    fetchModel,
    pull: async ({ request, response, gone }: RouteCall): Promise<void> => {
      const { body } = request;
      const named = typeof body === "object" && body !== null && "model" in body ? body.model : "";
      const lines = startNdjson(response);
      await fetchModel(String(named), lines.send, gone);
      lines.end();
    },
    trouble: () => trouble,
    setTrouble: (next: PullTrouble | undefined): void => {
      trouble = next;
    },
  };
}

function short(digest: string): string {
  return digest.slice(0, 12);
}
