/** What LM Studio of this machine is set to, from its files: its server does not tell it. */
import { join } from "node:path";
import { asNumber, asObject, type JsonObject, parseJson } from "../../core/json.ts";
import { fact } from "../context.ts";

export type LmStudioSettings = {
  /** A request loads the model that it names. */
  readonly loadsForRequests: boolean;
  /** Of the models that requests loaded it keeps the last one. */
  readonly keepsLastOnly: boolean;
  /** How long such a model stays without a request, in seconds; undefined: until it is evicted. */
  readonly idleSeconds?: number;
};

/** Undefined where LM Studio has no files here. What they do not say is as LM Studio comes. */
export const lmStudioSettings = fact(async (context): Promise<LmStudioSettings | undefined> => {
  const { files, host } = context.ports;
  const read = async (path: string): Promise<JsonObject | undefined> => {
    const text = await files.readText(path).catch(() => undefined);
    return text === undefined ? undefined : asObject(parseJson(text));
  };
  const pointer = await files
    .readText(join(host.home, ".lmstudio-home-pointer"))
    .catch(() => undefined);
  // The last one is that of versions before 0.3.
  const homes = [
    pointer?.trim() ?? "",
    join(host.home, ".lmstudio"),
    join(host.home, ".cache/lm-studio"),
  ];
  for (const home of homes.filter((path) => path.startsWith("/"))) {
    const settings = await read(join(home, "settings.json"));
    if (settings === undefined) continue;
    const server = await read(join(home, ".internal/http-server-config.json"));
    const developer = asObject(settings["developer"]);
    const idle = asObject(developer["jitModelTTL"]);
    const idleSeconds = idle["enabled"] === false ? undefined : asNumber(idle["ttlSeconds"]);
    return {
      loadsForRequests: server?.["justInTimeModelLoading"] !== false,
      keepsLastOnly: developer["unloadPreviousJITModelOnLoad"] !== false,
      ...(idleSeconds === undefined ? {} : { idleSeconds }),
    };
  }
  return undefined;
});
