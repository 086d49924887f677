/**
 * Where the runtimes are: what the settings, the variables of the development shell and the
 * defaults say, strongest first. Each kind has one place of its own, named like the kind; the
 * settings may add any number of others.
 */
import type { Problem } from "../core/error.ts";
import { type RuntimeAddress, type RuntimeKind, runtimeKinds } from "../core/runtime.ts";
import type { RuntimeSettings, Settings } from "../core/settings.ts";
import type { Variables } from "../platform/ports.ts";
import { badPort, noAddress, noPort, passwordInSettings } from "./address-notes.ts";
import { isLoopback } from "./ip-address.ts";
import { resolveOllamaHost } from "./ollama-host.ts";
import { ollamaServerSettings } from "./ollama-server-variables.ts";

type Place = {
  readonly port: string;
  /** The variable that says where it is. Only the first two are known beyond this program. */
  readonly variable?: string;
  /** It has an address of its own that is worth a look. */
  readonly isDefault: boolean;
};

const places: Readonly<Record<RuntimeKind, Place>> = {
  ollama: { port: "11434", variable: "OLLAMA_HOST", isDefault: true },
  lmstudio: { port: "1234", variable: "LMSTUDIO_HOST", isDefault: true },
  mlx: { port: "8080", variable: "MLX_HOST", isDefault: true },
  "llama-server": { port: "8080", variable: "LLAMA_SERVER_HOST", isDefault: true },
  "llama-swap": { port: "8080", variable: "LLAMA_SWAP_HOST", isDefault: true },
  openai: { port: "8000", isDefault: false },
};

export type AddressInput = {
  readonly settings: Pick<Settings, "runtimes">;
  /** Those of the development shell. */
  readonly variables: Variables;
};

/** All addresses to look at, in the order of the kinds; those that are `off` are not among them. */
export function runtimeAddresses(input: AddressInput): readonly RuntimeAddress[] {
  const { runtimes } = input.settings;
  const own = runtimeKinds
    .filter((kind) => !runtimes[kind]?.off)
    .flatMap((kind) => ownAddress(kind, input) ?? []);
  const named = Object.entries(runtimes).flatMap(([id, entry]) =>
    isKind(id) || entry.off ? [] : (namedAddress(id, entry) ?? []),
  );
  const all = withoutTwins([...own, ...named].sort((a, b) => rank(a) - rank(b)));
  const server = ollamaServerSettings(input.variables);
  const isOurs = ({ kind, local }: RuntimeAddress) => kind === "ollama" && local;
  return server ? all.map((each) => (isOurs(each) ? { ...each, server } : each)) : all;
}

/** The address of the runtime that is named like its kind. */
function ownAddress(kind: RuntimeKind, input: AddressInput): RuntimeAddress | undefined {
  const entry = input.settings.runtimes[kind];
  const { variable, isDefault } = places[kind];
  const value = variable === undefined ? undefined : input.variables[variable];
  const isSet = value !== undefined && value.trim() !== "";
  // A variable of the shell is nearer to the project than the user's own file.
  if (entry?.url !== undefined && !(entry.from === "user" && isSet)) {
    return settingsAddress(kind, { ...entry, kind: entry.kind ?? kind, url: entry.url });
  }
  if (variable !== undefined && isSet) return variableAddress({ kind, variable, value, entry });
  if (!isDefault && entry === undefined) return undefined;
  return {
    ...usualPlace(kind),
    id: kind,
    kind: entry?.kind ?? kind,
    source: { from: "default" },
    expected: false,
    ...saidIn(entry),
  };
}

function namedAddress(id: string, entry: RuntimeSettings): RuntimeAddress | undefined {
  // Without an address, only the kind can say where it is.
  if (entry.url === undefined && entry.kind === undefined) return undefined;
  return settingsAddress(id, { ...entry, url: entry.url ?? "" });
}

function settingsAddress(
  id: string,
  entry: RuntimeSettings & { readonly url: string },
): RuntimeAddress {
  const { user, ...place } = located(entry.url, { kind: entry.kind, name: `runtimes.${id}.url` });
  return {
    ...place,
    id,
    ...(entry.kind ? { kind: entry.kind } : {}),
    source: { from: entry.from },
    expected: true,
    ...saidIn(entry),
    ...(user === undefined ? {} : { note: passwordInSettings(id) }),
  };
}

function variableAddress({
  kind,
  variable,
  value,
  entry,
}: {
  readonly kind: RuntimeKind;
  readonly variable: string;
  readonly value: string;
  readonly entry: RuntimeSettings | undefined;
}): RuntimeAddress {
  const { user, ...place } = located(value, { kind, name: variable });
  return {
    ...place,
    id: kind,
    kind: entry?.kind ?? kind,
    source: { from: "variable", name: variable },
    // A shell of the guide names the default addresses of all runtimes, also of those one has not.
    expected: !isUsual(place, kind),
    // The client takes user and password out of an address.
    ...(user === undefined ? {} : { tokenVariable: variable }),
    ...saidIn(entry),
  };
}

/** What the settings say of a runtime wherever it is. */
function saidIn(
  entry: RuntimeSettings | undefined,
): Pick<RuntimeAddress, "tokenVariable" | "tuning"> {
  const { tokenVariable, tuning } = entry ?? {};
  return {
    ...(tokenVariable === undefined ? {} : { tokenVariable }),
    ...(tuning === undefined ? {} : { tuning }),
  };
}

type Located = Pick<RuntimeAddress, "url" | "local" | "note"> & { readonly user?: string };

type Naming = {
  /** It decides the port that may be left out. */
  readonly kind?: RuntimeKind | undefined;
  /** The variable or setting that holds the address. */
  readonly name: string;
};

/** All kinds' addresses are written by Ollama's rules, each with its kind's own port. */
function located(text: string, naming: Naming): Located {
  const port = naming.kind ? places[naming.kind].port : "80";
  // Paths are put behind it, so a query would be in their way; and it may hold a token.
  const place = text.replace(/[?#][^@]*$/s, "");
  const { url: resolved, user, host, ...odd } = resolveOllamaHost(place, port);
  // OpenCode's base address ends in /v1, ours is above it.
  const url = resolved.replace(/\/v1$/, "");
  if (!/^https?:$/.test(URL.parse(url)?.protocol ?? "")) {
    return { ...usualPlace(naming.kind ?? "openai"), note: noAddress(place, naming.name) };
  }
  const note =
    odd.badPort === undefined
      ? noteOnPort(url, { ...naming, ...odd, port })
      : badPort(odd.badPort, url);
  return {
    url,
    local: isLoopback(host),
    ...(user === undefined ? {} : { user }),
    ...(note ? { note } : {}),
  };
}

function noteOnPort(
  url: string,
  { kind, name, portless, port }: Naming & { readonly portless: boolean; readonly port: string },
): Problem | undefined {
  if (!portless || kind === undefined || !url.startsWith("http:")) return undefined;
  return noPort(name, { port, meant: url.replace(/:80(?=\/|$)/, `:${port}`) });
}

function usualPlace(kind: RuntimeKind): Pick<RuntimeAddress, "url" | "local"> {
  return { url: `http://127.0.0.1:${places[kind].port}`, local: true };
}

/** The shell of the guide names the usual addresses of all runtimes, also of those one has not. */
function isUsual({ url, local }: Located, kind: RuntimeKind): boolean {
  return local && plainUrl(url) === usualPlace(kind).url;
}

/** One spelling of this machine. */
function plainUrl(url: string): string {
  const parts = URL.parse(url.toLowerCase());
  if (!parts || !isLoopback(parts.hostname)) return url.toLowerCase();
  return `${parts.protocol}//127.0.0.1:${parts.port || "80"}${parts.pathname}`.replace(/\/$/, "");
}

/**
 * Of several entries for one place the stronger one stays. What nobody asked for goes when somebody
 * named the place without saying what is there.
 */
function withoutTwins(addresses: readonly RuntimeAddress[]): readonly RuntimeAddress[] {
  return addresses.filter((address) => {
    const others = addresses.filter(
      (other) => other !== address && plainUrl(other.url) === plainUrl(address.url),
    );
    return !others.some((other) =>
      other.kind === address.kind
        ? isStronger(other, address, addresses)
        : other.kind === undefined && !address.expected,
    );
  });
}

const strength = ["flag", "pick", "project", "variable", "user", "opencode", "chosen", "default"];

function isStronger(
  a: RuntimeAddress,
  b: RuntimeAddress,
  order: readonly RuntimeAddress[],
): boolean {
  const difference = strength.indexOf(a.source.from) - strength.indexOf(b.source.from);
  return difference === 0 ? order.indexOf(a) < order.indexOf(b) : difference < 0;
}

function rank({ kind }: RuntimeAddress): number {
  return kind === undefined ? runtimeKinds.length : runtimeKinds.indexOf(kind);
}

function isKind(id: string): id is RuntimeKind {
  return runtimeKinds.some((kind) => kind === id);
}
