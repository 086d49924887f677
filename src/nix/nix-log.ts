/**
 * Nix's log as data. With `--log-format internal-json` Nix writes lines "@nix {...}" to stderr; what
 * other programs write there (git, a crash) stays text. Format measured on Nix 2.8.0 and 2.34.8.
 */
import type { FilePosition } from "../core/error.ts";

export type NixLogLine =
  | {
      readonly type: "start";
      readonly id: string;
      /** One of `activityTypes`, or a number this program does not know. */
      readonly activity: number;
      readonly text: string;
      readonly fields: Fields;
    }
  | { readonly type: "stop"; readonly id: string }
  | {
      readonly type: "result";
      readonly id: string;
      readonly result: number;
      readonly fields: Fields;
    }
  | {
      readonly type: "message";
      /** 0 error, 1 warning, more is talk. */
      readonly level: number;
      readonly text: string;
      readonly position?: FilePosition;
    }
  | { readonly type: "text"; readonly text: string };

export type Fields = readonly (string | number)[];

/** Nix's ActivityType, as far as progress is made of it (nix: src/libutil/logging.hh). */
export const activityTypes = {
  copyPath: 100,
  fileTransfer: 101,
  realise: 102,
  copyPaths: 103,
  builds: 104,
  build: 105,
  substitute: 108,
  fetchTree: 112,
} as const;

/** Nix's ResultType, as far as it is used (nix: src/libutil/logging.hh). */
export const resultTypes = { progress: 105, expected: 106 } as const;

const colours = /\u001B\[[0-9;]*m/gu;

type Json = Readonly<Record<string, unknown>>;

/** Reads one line of Nix's stderr. */
export function parseNixLine(line: string): NixLogLine {
  const json = line.startsWith("@nix ") ? parseObject(line.slice(5)) : undefined;
  return (json && parseEvent(json, line)) ?? { type: "text", text: line };
}

function parseEvent(json: Json, line: string): NixLogLine | undefined {
  const id = idOf(line);
  switch (json["action"]) {
    case "start":
      return {
        type: "start",
        id,
        activity: numberOf(json["type"]) ?? 0,
        text: textOf(json["text"]),
        fields: fieldsOf(json["fields"]),
      };
    case "stop":
      return { type: "stop", id };
    case "result":
      return {
        type: "result",
        id,
        result: numberOf(json["type"]) ?? 0,
        fields: fieldsOf(json["fields"]),
      };
    case "msg":
      return messageOf(json);
    default:
      return undefined;
  }
}

function messageOf(json: Json): NixLogLine {
  // 2.34 ends `file` in ":4:66", which the other two fields say too.
  const file = textOf(json["file"]).replace(/(?::\d+)+$/u, "");
  const line = numberOf(json["line"]);
  const column = numberOf(json["column"]);
  const position = {
    file,
    ...(line === undefined ? {} : { line }),
    ...(column === undefined ? {} : { column }),
  };
  const message = {
    type: "message",
    level: numberOf(json["level"]) ?? 0,
    text: textOf(json["msg"]).replace(colours, ""),
  } as const;
  return file === "" ? message : { ...message, position };
}

/** Ids are 64-bit numbers (the pid in the upper half): as text they lose no digit. */
function idOf(line: string): string {
  return /"id":(\d+)/u.exec(line)?.[1] ?? "";
}

function parseObject(text: string): Json | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields {
  if (!Array.isArray(value)) return [];
  return value.filter((field) => typeof field === "string" || typeof field === "number");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
