import { isIP, isIPv6 } from "./ip-address.ts";

/** An address as its variable or setting writes it, resolved for connecting. */
export type ResolvedHost = {
  /** Scheme, host, port and path; no slash at the end, no user. */
  readonly url: string;
  readonly host: string;
  /** "user:password", as it was written. */
  readonly user?: string;
  /** A scheme without a port: its port is 80 or 443, which is seldom meant. */
  readonly portless: boolean;
  /** What stands in place of a port and is none; the default one is taken. */
  readonly badPort?: string;
};

const schemePorts: Readonly<Record<string, string>> = { http: "80", https: "443" };

/**
 * Resolves OLLAMA_HOST by Ollama's own rules (envconfig.Host and ConnectableHost): spaces and quotes
 * around it are dropped, without a scheme it is http at Ollama's port, with one it is that scheme's
 * port, a bad port is the default one. The variable is also what the server binds to, so the
 * addresses that mean "all interfaces" become loopback ones.
 */
export function resolveOllamaHost(raw: string, ollamaPort = "11434"): ResolvedHost {
  const { scheme, rest, fallbackPort } = splitScheme(unquoted(raw), ollamaPort);
  const [authority = "", ...path] = rest.split("/");
  const at = authority.lastIndexOf("@");
  const { host, port, bad } = splitPort(authority.slice(at + 1));
  const badPort = bad ?? (port === undefined || isPort(port) ? undefined : port);
  const connectable = toConnectable(host);
  const usedPort =
    port === undefined || badPort !== undefined ? fallbackPort : String(Number(port));
  return {
    url: joinUrl({ scheme, host: connectable, port: usedPort, path: path.join("/") }),
    host: connectable,
    ...(at >= 0 ? { user: authority.slice(0, at) } : {}),
    portless: port === undefined && scheme in schemePorts && /:\/\//.test(raw),
    ...(badPort === undefined ? {} : { badPort }),
  };
}

function unquoted(raw: string): string {
  return raw
    .trim()
    .replace(/^["']+|["']+$/g, "")
    .trim();
}

function splitScheme(text: string, ollamaPort: string) {
  // The one host that Ollama knows by name.
  if (text === "ollama.com") return { scheme: "https", rest: text, fallbackPort: "443" };
  const [, scheme, rest = ""] = /^(.*?):\/\/(.*)$/s.exec(text) ?? [];
  if (scheme === undefined) return { scheme: "http", rest: text, fallbackPort: ollamaPort };
  return { scheme, rest, fallbackPort: schemePorts[scheme] ?? ollamaPort };
}

/** As Go's net.SplitHostPort does; what it cannot split is all host. */
function splitPort(text: string): {
  readonly host: string;
  readonly port?: string;
  readonly bad?: string;
} {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:[\]]*)):([^:]*)$/.exec(text) ?? [];
  if (port !== undefined) return { host: bracketed ?? plain ?? "", port };
  const bare = text.replace(/^\[|\]$/g, "");
  if (isIP(bare) || !text.includes(":")) return { host: bare || "127.0.0.1" };
  return { host: text, bad: text };
}

function isPort(port: string): boolean {
  return /^\+?\d+$/.test(port) && Number(port) <= 65_535;
}

/** Where a server that listens on all interfaces can be reached. */
function toConnectable(host: string): string {
  if (host === "" || host === "0.0.0.0") return "127.0.0.1";
  return /^(0*:)*:?0*$/.test(host) && host.includes(":") ? "::1" : host;
}

function joinUrl(parts: {
  readonly scheme: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}): string {
  const host = isIPv6(parts.host) ? `[${parts.host}]` : parts.host;
  const path = parts.path.replace(/\/+$/, "");
  return `${parts.scheme}://${host}:${parts.port}${path === "" ? "" : `/${path}`}`;
}
