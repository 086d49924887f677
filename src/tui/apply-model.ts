/**
 * Giving a running agent another model, its conversation kept. Live, when the agent can be told of
 * the model: under a second, and what is typed stays in the prompt. Otherwise the conversation is
 * given the model and the agent has to be started again, with the model in its configuration.
 */
import type { AgentModel } from "../core/agent-model.ts";
import { asObject, parseJson } from "../core/json.ts";
import { createOpencodeClient, type KnownModel, type OpencodeClient } from "../opencode/client.ts";
import {
  type FactFiles,
  factTexts,
  localProvider,
  modelsFileText,
} from "../opencode/local-model.ts";
import { reselect } from "../opencode/reselect.ts";
import { stashPrompt } from "../opencode/stash-prompt.ts";
import type { Ports } from "../platform/ports.ts";

/** How to reach the agent that runs in a pane. */
export type RunningAgent = {
  readonly port: number;
  readonly password: string;
  readonly agentName: string;
  readonly modelsFile: string;
  /** The model it was started with, and the files in which that can be corrected. */
  readonly facts?: { readonly ref: string; readonly files: FactFiles };
};

export type ApplyRequest = {
  readonly agent: RunningAgent;
  /** The conversation that the pane shows; without one there is none yet. */
  readonly sessionId?: string | undefined;
  readonly model: { readonly provider: string; readonly name: string };
  /** The same model, when a runtime of ours serves it. */
  readonly localModel?: AgentModel | undefined;
  /** The text of the pane's screen as it is now. */
  readonly screen: () => string;
};

export type Applied =
  /** The next request carries the model. */
  | { readonly live: true }
  /** The agent has to be started again; `stashed`: what was typed was put aside for then. */
  | { readonly live: false; readonly stashed: boolean; readonly why: string };

type ApplyPorts = Pick<Ports, "clock" | "files" | "network">;

/** Gives a conversation its new model; to be called while its agent rests. */
export async function applyModel(ports: ApplyPorts, request: ApplyRequest): Promise<Applied> {
  const client = createOpencodeClient(ports.network.fetch, request.agent);
  const why = await obstacle(ports, client, request);
  if (why === undefined) return { live: true };
  const { clock, files } = ports;
  const { screen } = request;
  return { live: false, why, stashed: await stashPrompt({ client, clock, files, screen }) };
}

/** Gives the conversation its model in any case; says why the running agent does not use it. */
async function obstacle(
  ports: ApplyPorts,
  client: OpencodeClient,
  request: ApplyRequest,
): Promise<string | undefined> {
  const { agent, sessionId, model, screen } = request;
  if (sessionId === undefined) return "there is no conversation yet";
  const known = await makeKnown(ports, client, request);
  const { provider, name } = model;
  const given = { agent: agent.agentName, provider, model: name };
  if (!(await client.setSessionModel(sessionId, given))) return "OpenCode did not take the model";
  if (!known) return "OpenCode was started with other facts of the model, or without it";
  const look = { client, clock: ports.clock, sessionId, screen, model: known };
  return (await reselect(look)) ? undefined : "the screen does not show the model";
}

/**
 * Tells a resting agent what was found out of the model it uses: nothing is drawn anew, and what is
 * typed stays. "busy": something was asked of it in the meantime, which this would break off.
 */
export async function correctModel(
  ports: ApplyPorts,
  { agent, localModel }: Pick<ApplyRequest, "agent"> & { readonly localModel: AgentModel },
): Promise<"told" | "busy" | "refused"> {
  const client = createOpencodeClient(ports.network.fetch, agent);
  const statuses = await client.statuses();
  if (!statuses || [...statuses.values()].some(({ type }) => type !== "idle")) return "busy";
  return (await makeKnown(ports, client, { agent, localModel, model: localModel }))
    ? "told"
    : "refused";
}

/** Reading its configuration anew takes OpenCode about a second, and longer beside two others. */
const looks = 10;
const lookPauseMs = 200;

/** The model as the running agent has it, once it has it as it should. */
async function makeKnown(
  ports: ApplyPorts,
  client: OpencodeClient,
  request: Pick<ApplyRequest, "agent" | "localModel" | "model">,
): Promise<KnownModel | undefined> {
  const { provider, name } = request.model;
  const known = await client.knownModel(provider, name);
  if (await isRight(client, known, request)) return known;
  if (!request.localModel || !(await tellModel(ports, client, request))) return undefined;
  for (let look = 0; look < looks; look++) {
    const told = await client.knownModel(provider, name);
    if (told) return (await isRight(client, told, request)) ? told : undefined;
    await ports.clock.wait(lookPauseMs);
  }
  return undefined;
}

/**
 * Writes the model where the running agent reads it; its environment may still overrule that. What
 * the environment says of the model it was started with is read from files, which are written anew.
 */
export async function tellModel(
  { files }: Pick<Ports, "files">,
  client: OpencodeClient,
  { agent, localModel }: Pick<ApplyRequest, "agent" | "localModel">,
): Promise<boolean> {
  if (localModel && agent.facts?.ref === localModel.ref) {
    for (const { path, text } of factTexts(localModel, agent.facts.files))
      await files.writeAtomically(path, text, 0o600);
    return client.reloadConfig();
  }
  const theirs = await client.configuredProviders();
  const text = await files.readText(agent.modelsFile);
  if (!localModel || !theirs || text === undefined) return false;
  const providers = { [localModel.provider]: localProvider(localModel, theirs) };
  const added = modelsFileText(asObject(parseJson(text)), providers);
  await files.writeAtomically(agent.modelsFile, added, 0o600);
  return client.reloadConfig();
}

async function isRight(
  client: OpencodeClient,
  known: KnownModel | undefined,
  { agent, localModel }: Pick<ApplyRequest, "agent" | "localModel">,
): Promise<boolean> {
  if (!known || !localModel) return known !== undefined;
  const { url, context, output, tools, temperature } = localModel;
  const hasModel =
    known.baseUrl === url &&
    known.context === context &&
    known.output === output &&
    known.tools === tools;
  if (!hasModel || temperature === undefined) return hasModel;
  const running = (await client.agents())?.find((each) => each.name === agent.agentName);
  return running?.temperature === temperature;
}
