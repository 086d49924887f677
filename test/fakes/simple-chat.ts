/** Answers of OpenAI's chat API that name the model: "<model> heard: <prompt>", plain or streamed. */
import { asList, asObject, asText } from "../../src/core/json.ts";
import { passOn, type RouteCall, sendJson, startEvents } from "./runtime-server.ts";

/** The model a chat request names. */
export function chatModel({ request }: RouteCall): string {
  return asText(asObject(request.body)["model"]) ?? "";
}

/** Answers as `model`, or lets the server at `chatUrl` answer. */
export function answerChat(call: RouteCall, model: string, chatUrl?: string): void {
  if (chatUrl !== undefined) return passOn(call, chatUrl);
  const text = `${model} heard: ${promptOf(call)}`;
  const head = { id: "chatcmpl-1", created: 1, model };
  if (asObject(call.request.body)["stream"] !== true) {
    const message = { role: "assistant", content: text };
    const choices = [{ index: 0, message, finish_reason: "stop" }];
    return sendJson(call.response, 200, { ...head, object: "chat.completion", choices, usage });
  }
  const events = startEvents(call.response);
  const chunk = { ...head, object: "chat.completion.chunk" };
  const delta = { role: "assistant", content: text };
  events.send({ ...chunk, choices: [{ index: 0, delta, finish_reason: null }] });
  events.send({ ...chunk, choices: [{ index: 0, delta: {}, finish_reason: "stop" }], usage });
  events.send("[DONE]");
  events.end();
}

const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };

/** The last user message, without OpenCode's reminders. */
function promptOf({ request }: RouteCall): string {
  const messages = asList(asObject(request.body)["messages"]).map(asObject);
  const content = messages.findLast(({ role }) => role === "user")?.["content"];
  const parts = asList(content).map((part) => asText(asObject(part)["text"]) ?? "");
  const text = asText(content) ?? parts.join("\n");
  return text.replace(/<system-reminder>[\s\S]*?(<\/system-reminder>|$)/g, "").trim();
}
