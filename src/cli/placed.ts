import type { Problem } from "../core/error.ts";
import { printable } from "../core/text.ts";

/** A problem's message, with its place before it: "ai-rules.json:4:12: not valid JSON". */
export function placed({ message, position }: Pick<Problem, "message" | "position">): string {
  if (!position) return message;
  const { file, line, column } = position;
  const place = [printable(file), line, column].filter((part) => part !== undefined).join(":");
  return `${place}: ${message}`;
}
