/** The models that were seen last, for completion when a runtime does not answer at once. */
import { dirname, join } from "node:path";
import { asList, asObject, asText, parseJson } from "../core/json.ts";
import type { Ports } from "../platform/ports.ts";
import { directoriesOf, projectKey } from "./directories.ts";

export type KnownModel = {
  /** "ollama/qwen3:8b". */
  readonly ref: string;
  /** "5.2 GB, loaded". */
  readonly note: string;
  readonly loaded: boolean;
};

type CachePorts = Pick<Ports, "files" | "env" | "host">;

/** What is remembered of a project; nothing where nothing is. */
export async function readKnownModels(
  ports: CachePorts,
  root: string,
): Promise<readonly KnownModel[]> {
  const text = await ports.files.readText(fileOf(ports, root)).catch(() => undefined);
  return asList(asObject(parseJson(text ?? ""))["models"]).flatMap((each) => {
    const { ref, note, loaded } = asObject(each);
    const name = asText(ref);
    return name === undefined
      ? []
      : [{ ref: name, note: asText(note) ?? "", loaded: loaded === true }];
  });
}

/** Remembers the models of a project. A cache that cannot be written to is none. */
export async function rememberModels(
  ports: CachePorts,
  root: string,
  models: readonly KnownModel[],
): Promise<void> {
  const text = JSON.stringify({ version: 1, models });
  await ports.files.writeAtomically(fileOf(ports, root), text, 0o600).catch(() => {});
}

function fileOf(ports: CachePorts, root: string): string {
  const { environments } = directoriesOf(ports);
  return join(dirname(environments), "models", `${projectKey(root)}.json`);
}
