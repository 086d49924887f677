/** Answers a chat request as OpenAI's API does: whole, or piece by piece as server-sent events. */
import type { ServerResponse } from "node:http";

type Call = { readonly name: string; readonly arguments: string };

const callPattern = /<tool_call>\s*([\s\S]*?)\s*<\/tool_call>/;

/** Sends an object as JSON and ends the response. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (!response.headersSent) response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(body));
}

/** Waits for the whole answer. */
export async function sendCompletion(
  response: ServerResponse,
  model: string,
  pieces: AsyncIterable<string>,
): Promise<void> {
  const list: string[] = [];
  for await (const piece of pieces) list.push(piece);
  const text = list.join("");
  const call = readCall(text);
  const message =
    call === undefined ? { content: text } : { content: null, tool_calls: [wireCall(call)] };
  sendJson(response, 200, {
    ...head(model, "chat.completion"),
    choices: [
      {
        index: 0,
        message: { role: "assistant", ...message },
        finish_reason: call === undefined ? "stop" : "tool_calls",
      },
    ],
    usage: usage(list.length),
  });
}

/** Sends each piece as it comes; a tool call is held back until it is complete. */
export async function streamCompletion(
  response: ServerResponse,
  model: string,
  pieces: AsyncIterable<string>,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const send = (choices: readonly unknown[], more: object = {}): void => {
    const chunk = { ...head(model, "chat.completion.chunk"), choices, ...more };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  };
  const delta = (value: object): void => send([{ index: 0, delta: value, finish_reason: null }]);
  delta({ role: "assistant", content: "" });
  let text = "";
  let count = 0;
  for await (const piece of pieces) {
    text += piece;
    count++;
    if (!text.startsWith("<tool_call>")) delta({ content: piece });
  }
  const call = readCall(text);
  if (call !== undefined) delta({ tool_calls: [{ index: 0, ...wireCall(call) }] });
  const reason = call === undefined ? "stop" : "tool_calls";
  send([{ index: 0, delta: {}, finish_reason: reason }]);
  send([], { usage: usage(count) });
  response.end("data: [DONE]\n\n");
}

function head(model: string, object: string): object {
  return { id: "chatcmpl-1", object, created: 0, model };
}

function usage(count: number): object {
  return { prompt_tokens: 1, completion_tokens: count, total_tokens: count + 1 };
}

function readCall(text: string): Call | undefined {
  const json = callPattern.exec(text)?.[1];
  if (json === undefined) return undefined;
  const { name, arguments: values } = JSON.parse(json);
  return { name: String(name), arguments: JSON.stringify(values) };
}

function wireCall(call: Call): object {
  return { id: `call_${Date.now()}`, type: "function", function: call };
}
