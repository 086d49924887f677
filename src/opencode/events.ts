import { printable } from "../core/text.ts";
import { asList, asNumber, asObject, asText, type JsonObject, parseJson } from "./json.ts";

export type SessionInfo = {
  readonly id: string;
  readonly title: string;
  /** The session that called this sub-agent; absent for a session of the user. */
  readonly parentId?: string;
  /** "provider/model". */
  readonly model?: string;
  /** ms since the epoch. */
  readonly updatedAt: number;
};

export type SessionStatus =
  | { readonly type: "idle" }
  | { readonly type: "busy" }
  | {
      readonly type: "retry";
      readonly attempt: number;
      readonly message: string;
      /** When it tries again, ms since the epoch. */
      readonly next: number;
    };

/** Something an agent waits for; `detail` is one printable line. */
export type PendingRequest = {
  readonly kind: "permission" | "question";
  readonly id: string;
  readonly sessionId: string;
  readonly detail: string;
};

/** The events of OpenCode that say what an agent does; all others are dropped unread. */
export type OpencodeEvent =
  | { readonly type: "connected" }
  | { readonly type: "session"; readonly created: boolean; readonly session: SessionInfo }
  | { readonly type: "session-deleted"; readonly sessionId: string }
  | { readonly type: "status"; readonly sessionId: string; readonly status: SessionStatus }
  | { readonly type: "message"; readonly sessionId: string; readonly model: string }
  | { readonly type: "asked"; readonly request: PendingRequest }
  | { readonly type: "answered"; readonly requestId: string }
  | { readonly type: "aborted"; readonly sessionId?: string }
  | { readonly type: "failed"; readonly sessionId?: string; readonly message: string };

/** Longer lines hold whole files or outputs, which nobody here needs. */
export const maxLineLength = 1024 * 1024;

export type EventParser = {
  /** Takes a piece of the stream and returns the events that it completes. */
  push(bytes: Uint8Array): readonly OpencodeEvent[];
};

/** Parses OpenCode's stream of server-sent events; each event is one `data:` line of JSON. */
export function createEventParser(): EventParser {
  const decoder = new TextDecoder();
  let line = "";
  let skipping = false;

  function complete(rest: string): OpencodeEvent | undefined {
    const whole = line + rest;
    const skipped = skipping || whole.length > maxLineLength;
    line = "";
    skipping = false;
    return skipped ? undefined : readLine(whole);
  }

  return {
    push(bytes) {
      const parts = decoder.decode(bytes, { stream: true }).split("\n");
      const open = parts.pop() ?? "";
      const events = parts.map(complete).filter((event) => event !== undefined);
      skipping ||= line.length + open.length > maxLineLength;
      line = skipping ? "" : line + open;
      return events;
    },
  };
}

function readLine(line: string): OpencodeEvent | undefined {
  if (!line.startsWith("data:")) return undefined;
  const event = asObject(parseJson(line.slice("data:".length)));
  return readEvent(asText(event["type"]) ?? "", asObject(event["properties"]));
}

function readEvent(type: string, properties: JsonObject): OpencodeEvent | undefined {
  const sessionId = asText(properties["sessionID"]);
  switch (type) {
    case "server.connected":
      return { type: "connected" };
    case "session.created":
    case "session.updated": {
      const session = readSession(properties["info"]);
      return session && { type: "session", created: type === "session.created", session };
    }
    case "session.deleted": {
      const id = sessionId ?? readSession(properties["info"])?.id;
      return id ? { type: "session-deleted", sessionId: id } : undefined;
    }
    case "session.status":
      return sessionId
        ? { type: "status", sessionId, status: readStatus(properties["status"]) }
        : undefined;
    case "session.idle":
      return sessionId ? { type: "status", sessionId, status: { type: "idle" } } : undefined;
    case "message.updated":
      return readMessage(properties);
    case "permission.asked":
      return asked(readPermission(properties));
    case "question.asked":
      return asked(readQuestion(properties));
    case "permission.replied":
    case "question.replied":
    case "question.rejected": {
      const requestId = asText(properties["requestID"]);
      return requestId ? { type: "answered", requestId } : undefined;
    }
    case "session.error":
      return readError(sessionId, asObject(properties["error"]));
    default:
      return undefined;
  }
}

/** A session as `/session` and the events tell it. */
export function readSession(value: unknown): SessionInfo | undefined {
  const info = asObject(value);
  const id = asText(info["id"]);
  if (!id) return undefined;
  const parentId = asText(info["parentID"]);
  const model = readModel(asObject(info["model"]));
  return {
    id,
    title: printable(asText(info["title"]) ?? "").slice(0, 200),
    updatedAt: asNumber(asObject(info["time"])["updated"]) ?? 0,
    ...(parentId ? { parentId } : {}),
    ...(model ? { model } : {}),
  };
}

/** `{providerID, modelID}`, or `id` in place of `modelID`, as "provider/model". */
export function readModel(value: JsonObject): string | undefined {
  const provider = asText(value["providerID"]);
  const model = asText(value["modelID"]) ?? asText(value["id"]);
  return provider && model ? printable(`${provider}/${model}`) : undefined;
}

/** A status as `/session/status` and the events tell it. */
export function readStatus(value: unknown): SessionStatus {
  const status = asObject(value);
  switch (status["type"]) {
    case "busy":
      return { type: "busy" };
    case "retry":
      return {
        type: "retry",
        attempt: asNumber(status["attempt"]) ?? 1,
        message: oneLine(spokenWords(asText(status["message"]) ?? "")),
        next: asNumber(status["next"]) ?? 0,
      };
    default:
      return { type: "idle" };
  }
}

function readMessage(properties: JsonObject): OpencodeEvent | undefined {
  const info = asObject(properties["info"]);
  const sessionId = asText(info["sessionID"]);
  // A user's message names its model in an object, an assistant's in two fields.
  const model = readModel(asObject(info["model"])) ?? readModel({ ...info, id: undefined });
  return sessionId && model ? { type: "message", sessionId, model } : undefined;
}

function asked(request: PendingRequest | undefined): OpencodeEvent | undefined {
  return request && { type: "asked", request };
}

/** A request as `/permission` and the events tell it: the command, or what it is about. */
export function readPermission(value: unknown): PendingRequest | undefined {
  const request = asObject(value);
  const name = asText(request["permission"]) ?? "permission";
  const command = asText(asObject(request["metadata"])["command"]);
  const patterns = asList(request["patterns"]).filter((pattern) => typeof pattern === "string");
  return pending("permission", request, `${name}: ${command ?? patterns.join(", ")}`);
}

/** A request as `/question` and the events tell it: its first question. */
export function readQuestion(value: unknown): PendingRequest | undefined {
  const request = asObject(value);
  const first = asObject(asList(request["questions"])[0]);
  return pending("question", request, asText(first["question"]) ?? "");
}

function pending(
  kind: PendingRequest["kind"],
  request: JsonObject,
  detail: string,
): PendingRequest | undefined {
  const id = asText(request["id"]);
  const sessionId = asText(request["sessionID"]);
  return id && sessionId ? { kind, id, sessionId, detail: oneLine(detail) } : undefined;
}

function readError(sessionId: string | undefined, error: JsonObject): OpencodeEvent {
  const session = sessionId ? { sessionId } : {};
  // The user's own esc is not a failure.
  if (error["name"] === "MessageAbortedError") return { type: "aborted", ...session };
  const message = asText(asObject(error["data"])["message"]) ?? asText(error["name"]) ?? "error";
  return { type: "failed", ...session, message: oneLine(spokenWords(message)) };
}

/**
 * What a runtime says when it fails in the midst of an answer comes as the JSON it was sent in
 * (measured on OpenCode 1.18.33): of that, the sentence.
 */
function spokenWords(message: string): string {
  if (!message.startsWith("{")) return message;
  const error = asObject(parseJson(message));
  const inner = asObject(error["error"]);
  return asText(error["message"]) ?? asText(inner["message"]) ?? asText(error["error"]) ?? message;
}

function oneLine(text: string): string {
  return printable(text).slice(0, 300);
}
