/** Reads a chat request as agents send it, into what the chat template needs. */
import { z } from "zod";

const partSchema = z.looseObject({ text: z.string().optional() });

const callSchema = z.object({
  function: z.object({
    name: z.string(),
    // On the wire the arguments are JSON in a string; templates want the value.
    arguments: z.string().transform((text): unknown => JSON.parse(text || "{}")),
  }),
});

const messageSchema = z.object({
  role: z.string(),
  content: z
    .union([z.string(), z.array(partSchema)])
    .nullish()
    .transform((content) => {
      if (typeof content === "string") return content;
      return (content ?? []).map((part) => part.text ?? "").join("");
    }),
  tool_calls: z.array(callSchema).optional(),
});

const toolSchema = z.looseObject({ function: z.looseObject({ name: z.string() }) });

const requestSchema = z.object({
  model: z.string(),
  stream: z.boolean().default(false),
  messages: z.array(messageSchema),
  tools: z.array(toolSchema).default([]),
});

export type ChatRequest = z.infer<typeof requestSchema>;

/** The request, or undefined when it is none. */
export function readChatRequest(text: string): ChatRequest | undefined {
  try {
    return requestSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
