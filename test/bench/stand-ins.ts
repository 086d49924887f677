/**
 * What the panel watches in the benchmark: two Ollamas with a model loaded for good and a
 * llama-server, in a process of their own. It tells its parent where they are, and on each message
 * how often they were asked; it ends with its parent.
 *
 *   fork("test/bench/stand-ins.ts", [HOW MANY MORE MODELS THE FIRST ONE HAS])
 */
import { startLlamaSingle } from "../fakes/llama-server.ts";
import { ollamaModel } from "../fakes/ollama-models.ts";
import { type OllamaServer, startOllamaServer } from "../fakes/ollama-server.ts";

/** What it tells first: the two Ollamas, then the llama-server. */
export type Started = { readonly urls: readonly [string, string, string] };

/** And on each message. */
export type Asked = { readonly rounds: number };

const servers = [await startOllamaServer(), await startOllamaServer()] as const;
const llamaServer = await startLlamaSingle();

for (const server of servers) await load(server, "llama3.1:8b");
// A capital that nothing else draws: the list is there when it is printed.
for (let number = 1; number <= Number(process.argv[2] ?? 0); number++)
  servers[0].addModel(ollamaModel({ name: `sample-Q${number}:8b` }));

process.on("message", () => tell({ rounds: roundsOf(servers[0]) }));
process.once("disconnect", () => process.exit());
tell({ urls: [servers[0].url, servers[1].url, llamaServer.url] });

/** For good: the time until an unload would change the screen each minute. */
async function load({ url }: OllamaServer, model: string): Promise<void> {
  const body = JSON.stringify({ model, keep_alive: -1 });
  const answer = await fetch(`${url}/api/generate`, { method: "POST", body });
  if (!answer.ok) throw new Error(`the stand-in does not load ${model}: ${await answer.text()}`);
}

/** Each round asks what is loaded. */
function roundsOf({ requests }: OllamaServer): number {
  return requests.filter(({ path }) => path === "/api/ps").length;
}

function tell(message: Started | Asked): void {
  process.send?.(message);
}
