/**
 * The shape of `ai-rules config --json`. Fields are added, never renamed or taken away, while
 * `version` is 1. The program takes only types from here.
 */
import { z } from "zod";

const place = z.object({
  from: z
    .enum(["pick", "project", "variable", "user", "default"])
    .describe(
      "pick: picked by key or `ai-rules models use`; project: ai-rules.json; variable: of the development shell; user: config.json; default: nothing says it.",
    ),
  name: z.string().optional().describe("The variable's name."),
  file: z.string().optional().describe("The file."),
  line: z.number().optional().describe("Counts from 1."),
  column: z.number().optional().describe("Counts from 1."),
});

const problem = z.object({
  level: z.enum(["error", "warning"]).describe("error: the value counts as not set."),
  code: z.string().describe("What kind of failure it is; stable."),
  message: z.string().describe("What is wrong."),
  remedy: z.string().describe("What mends it."),
  file: z.string().optional().describe("The file."),
  line: z.number().optional().describe("Counts from 1."),
  column: z.number().optional().describe("Counts from 1."),
});

const setting = z.object({
  name: z.string().describe('"modes.plan.model".'),
  value: z.unknown().describe('Its value; "***" stands for what looks like a secret.'),
  source: place.describe("What says so."),
  overruled: place.optional().describe("A weaker one that says something else."),
});

/** The report, whole. */
export const configReportSchema = z.object({
  version: z.literal(1).describe("The shape of this report."),
  project: z.string().describe("The project's directory."),
  files: z
    .array(
      z.object({
        file: z.string().describe("The file."),
        from: z.enum(["user", "project"]).describe("Whose it is."),
        exists: z.boolean().describe("It is there."),
      }),
    )
    .describe("The files that are read, the weakest first."),
  settings: z.array(setting).describe("What holds, by name."),
  problems: z.array(problem).describe("What is wrong with the files."),
});

export type ConfigReport = z.infer<typeof configReportSchema>;

/** The JSON schema shipped as `profiles/config.schema.json`. */
export function configJsonSchema(): object {
  return {
    title: "Output of ai-rules config --json",
    ...z.toJSONSchema(configReportSchema, { target: "draft-7", io: "input", reused: "inline" }),
  };
}
