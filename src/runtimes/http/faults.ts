/**
 * Why nothing answered, and what an HTTP status means. The sentences are for people; the words of
 * the system or the runtime go into `detail`.
 */
import { AiRulesError, type ErrorCode, type Problem } from "../../core/error.ts";
import { asObject, asText } from "../../core/json.ts";
import { printable } from "../../core/text.ts";
import type { RuntimeAnswer } from "./client.ts";

/** Who was asked. */
export type Asked = {
  readonly url: string;
  /** "Ollama". */
  readonly title?: string | undefined;
  readonly startCommand?: string | undefined;
  /** What is odd about the address; its remedy goes first. */
  readonly note?: Problem | undefined;
  /** The variable that holds its token. */
  readonly tokenVariable?: string | undefined;
};

type Fault = { readonly code: ErrorCode; readonly message: string; readonly remedy: string };

/**
 * Why there is no answer. Given what the client made without knowing the runtime's name, it makes it
 * anew from the cause.
 */
export function noAnswer(error: unknown, asked: Asked): AiRulesError {
  const cause = error instanceof AiRulesError ? error.cause : error;
  if (error instanceof AiRulesError && cause === undefined) return named(error, asked);
  const fault = explain(codesOf(cause), asked);
  const remedy = asked.note && isRefused(fault) ? asked.note.remedy : fault.remedy;
  return new AiRulesError({ ...fault, remedy, detail: wordsOf(cause) }, { cause });
}

/** A server that was asked before its kind was known wants the token of that kind. */
function named(error: AiRulesError, asked: Asked): AiRulesError {
  const isRefusal = error.problem.code === "runtime/needs-token" && asked.title !== undefined;
  return isRefusal ? new AiRulesError({ ...error.problem, ...needsToken(asked) }) : error;
}

function isRefused({ code }: Fault): boolean {
  return code === "runtime/not-running" || code === "runtime/unreachable";
}

/** The system's code, name or words of an error and of those behind it, outermost first. */
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = [];
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ("code" in at && typeof at.code === "string") codes.push(at.code);
    codes.push(at.name, at.message);
    // A name with several addresses: one error each (node:net, "happy eyeballs").
    if (at instanceof AggregateError) codes.push(...at.errors.flatMap(codesOf));
  }
  return codes;
}

function wordsOf(error: unknown): string {
  const words = codesOf(error).filter((text) => !/^(Error|TypeError|fetch failed)$/.test(text));
  return printable([...new Set(words)].join(": ")).slice(0, 500);
}

const ladder: readonly {
  readonly when: RegExp;
  readonly fault: (asked: Asked & { readonly who: string }) => Fault;
}[] = [
  {
    when: /^ECONNREFUSED$/,
    fault: ({ who, url, startCommand }) => ({
      code: "runtime/not-running",
      message: `${who} is not running at ${hostOf(url)}`,
      remedy: startCommand
        ? `start it: \`${startCommand}\``
        : "start the server or correct its URL",
    }),
  },
  {
    when: /^(ENOTFOUND|EAI_AGAIN|EAI_FAIL)$/,
    fault: ({ url }) => ({
      code: "runtime/host-unknown",
      message: `the host ${nameOf(url)} is not known`,
      remedy: `correct the host name in ${url}, or check the network`,
    }),
  },
  {
    when: /^(EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ETIMEDOUT|UND_ERR_CONNECT_TIMEOUT)$/,
    fault: ({ who, url }) => ({
      code: "runtime/unreachable",
      message: `${who} cannot be reached at ${hostOf(url)}`,
      remedy: "check that the machine is on and that its firewall lets the port through",
    }),
  },
  {
    when: /^(TimeoutError|UND_ERR_(HEADERS|BODY)_TIMEOUT)$/,
    fault: ({ who, url, startCommand }) => ({
      code: "runtime/timed-out",
      message: `${who} at ${hostOf(url)} accepts but does not answer in time`,
      remedy: startCommand ? `restart it: \`${startCommand}\`` : "restart the server",
    }),
  },
  {
    when: /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_[A-Z_]+|CERT_[A-Z_]+|ERR_TLS_CERT_ALTNAME_INVALID)$/,
    fault: ({ url }) => ({
      code: "runtime/certificate",
      message: `the certificate of ${hostOf(url)} is not trusted`,
      remedy:
        "start ai-rules with NODE_EXTRA_CA_CERTS set to the file of its certificate authority",
    }),
  },
  {
    when: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$|wrong version number/,
    fault: ({ url }) => ({
      code: "runtime/tls-mismatch",
      message: `${hostOf(url)} does not speak TLS, but its URL says https`,
      remedy: `write ${url.replace(/^https:/, "http:")}`,
    }),
  },
  {
    when: /^(ERR_(SSL|TLS)_.+|EPROTO)$/,
    fault: ({ url }) => ({
      code: "runtime/tls-failed",
      message: `no TLS connection to ${hostOf(url)} comes about`,
      remedy: "look at the log of the server or of the proxy before it",
    }),
  },
  {
    when: /^(HPE_[A-Z_]+|HTTPParserError)$/,
    fault: ({ url }) => ({
      code: "runtime/not-http",
      message: `what answers at ${hostOf(url)} does not speak HTTP`,
      remedy: `check the port; for a server behind TLS write ${url.replace(/^http:/, "https:")}`,
    }),
  },
  {
    when: /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|terminated|aborted|socket hang up)$/,
    fault: ({ who, url }) => ({
      code: "runtime/connection-lost",
      message: `${who} at ${hostOf(url)} broke the connection off`,
      remedy: `look at its log; for a server behind TLS write ${url.replace(/^http:/, "https:")}`,
    }),
  },
  {
    when: /^bad port$/,
    fault: ({ url }) => ({
      code: "runtime/blocked-port",
      message: `the port in ${url} is one that no web request may go to`,
      remedy: "let the server listen on another port",
    }),
  },
  {
    when: /^(ERR_INVALID_URL|ERR_INVALID_PROTOCOL|ERR_UNESCAPED_CHARACTERS)$/,
    fault: ({ url }) => ({
      code: "runtime/bad-address",
      message: `${url} is not a URL that can be asked`,
      remedy: "write it as http://host:port",
    }),
  },
  {
    when: /^AbortError$/,
    fault: ({ who }) => ({
      code: "runtime/cancelled",
      message: `the request to ${who} was cancelled`,
      remedy: "try again",
    }),
  },
];

function explain(codes: readonly string[], asked: Asked): Fault {
  const shown = { ...asked, who: asked.title ?? "the server", url: printable(asked.url) };
  const step = ladder.find(({ when }) => codes.some((code) => when.test(code)));
  if (step) return step.fault(shown);
  return {
    code: "runtime/no-answer",
    message: `${shown.who} at ${hostOf(shown.url)} does not answer`,
    remedy: shown.startCommand ? `start it: \`${shown.startCommand}\`` : "check the server's log",
  };
}

/** What a status other than 2xx means. */
export function statusFault(answer: RuntimeAnswer, asked: Asked): AiRulesError {
  const detail = errorText(answer);
  return new AiRulesError({
    ...explainStatus(answer, { ...asked, url: printable(asked.url) }),
    ...(detail ? { detail } : {}),
  });
}

function explainStatus(answer: RuntimeAnswer, asked: Asked): Fault {
  const { status } = answer;
  const who = asked.title ?? "the server";
  const where = hostOf(asked.url);
  if (status === 401 || status === 403) return needsToken(asked);
  if (status >= 300 && status < 400) {
    return {
      code: "runtime/moved",
      message: `${where} sends its requests on to ${printable(answer.headers["location"] ?? "")}`,
      remedy: "put the address it names into the runtime's URL",
    };
  }
  if (/\bHTTPS (server|port)\b/i.test(answer.text)) {
    return {
      code: "runtime/tls-mismatch",
      message: `${where} speaks TLS, but its URL says http`,
      remedy: `write ${asked.url.replace(/^http:/, "https:")}`,
    };
  }
  if (status === 502 || status === 504) {
    return {
      code: "runtime/behind-proxy",
      message: `a proxy answers at ${where}, but ${who} behind it does not`,
      remedy: asked.startCommand ? `start it: \`${asked.startCommand}\`` : "start the server",
    };
  }
  const text = errorText(answer);
  return {
    code: "runtime/refused",
    message: `${who} at ${where} answers with HTTP ${status}${text ? `: ${text}` : ""}`,
    remedy: "look at its log",
  };
}

/** Who asks must show a token. */
function needsToken({ title, url, tokenVariable }: Asked): Fault {
  return {
    code: "runtime/needs-token",
    message: `${title ?? "the server"} at ${hostOf(url)} wants a token`,
    remedy: tokenVariable
      ? `set ${tokenVariable} in the development shell`
      : 'name the variable that holds it in ai-rules.json: "apiKeyVariable"',
  };
}

/** What an answer says went wrong, in the shapes of all runtimes: one printable line. */
export function errorText({ json, text }: Pick<RuntimeAnswer, "json" | "text">): string {
  const body = asObject(json);
  const error = body["error"];
  const said =
    asText(error) ??
    asText(asObject(error)["message"]) ??
    asText(body["message"]) ??
    asText(body["detail"]) ??
    (/^\s*</.test(text) ? "" : text);
  return printable(said.slice(0, 2000)).trim().slice(0, 500);
}

/** Host and port, as one would type them. */
function hostOf(url: string): string {
  return url.replace(/^[a-z]+:\/\//i, "").replace(/\/.*$/, "") || url;
}

function nameOf(url: string): string {
  return hostOf(url).replace(/:\d+$/, "");
}
