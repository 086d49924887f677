/**
 * Ports that write down what goes through them, at the level "debug": which commands ran, which
 * requests were sent, and how they ended; never what was sent or came back. The secrets among the
 * variables of a child become known to the log before it starts.
 */
import { secretValues } from "../core/redact.ts";
import type { Log, Network, RunCommand, SpawnPty } from "./ports.ts";

type Told = Pick<Log, "debug" | "hide">;

export function loggedRun(run: RunCommand, log: Told): RunCommand {
  return async (command) => {
    log.hide(secretValues(command.env));
    const result = await run(command);
    const end = result.end === "exited" ? ending(result.exit) : result.end;
    log.debug(`ran ${commandLine(command)}: ${end} after ${Math.round(result.tookMs)} ms`);
    return result;
  };
}

export function loggedSpawn(spawn: SpawnPty, log: Told): SpawnPty {
  return (options) => {
    log.hide(secretValues(options.env));
    const pty = spawn(options);
    log.debug(`opened ${commandLine(options)} as process ${pty.pid}`);
    pty.onExit((exit) => log.debug(`process ${pty.pid} ended: ${ending(exit)}`));
    return pty;
  };
}

export function loggedNetwork(network: Network, log: Told): Network {
  const told = async <Answer extends { readonly status: number }>(
    method: string,
    url: string,
    answer: Promise<Answer>,
  ): Promise<Answer> => {
    const startedAt = performance.now();
    const tell = (end: string | number) =>
      log.debug(`${method} ${url}: ${end} after ${Math.round(performance.now() - startedAt)} ms`);
    try {
      const answered = await answer;
      tell(answered.status);
      return answered;
    } catch (error) {
      tell(reasonOf(error));
      throw error;
    }
  };
  return {
    ...network,
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : String(input);
      return told(init?.method ?? "GET", url, network.fetch(input, init));
    },
    fetchPatiently: (url, request) =>
      told(request?.method ?? "GET", url, network.fetchPatiently(url, request)),
  };
}

/** Long arguments are scripts and configurations. */
function commandLine({ file, args }: { file: string; args: readonly string[] }): string {
  const short = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text);
  return [file, ...args.slice(0, 20)].map(short).join(" ");
}

function ending({ code, signal }: { code?: number; signal?: string }): string {
  return signal === undefined ? `exit code ${code ?? "unknown"}` : signal;
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
}
