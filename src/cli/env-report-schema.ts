/**
 * The shape of `ai-rules env --json`. Fields are added, never renamed or taken away, while `version`
 * is 1. The program takes only types from here.
 */
import { z } from "zod";

const value = z.string().describe('Its value; "***" stands for what looks like a secret.');
const values = z.record(z.string(), value);

const problem = z
  .object({
    code: z.string().describe("What kind of failure it is; stable."),
    message: z.string().describe("What is wrong."),
    remedy: z.string().describe("What mends it."),
    file: z.string().optional().describe("Where, if that is known."),
    line: z.number().optional().describe("Counts from 1."),
    column: z.number().optional().describe("Counts from 1."),
  })
  .describe("Something that is wrong.");

const environment = z.object({
  source: z
    .enum(["nix", "cache", "last-good", "inherited", "none"])
    .describe(
      "nix: evaluated now; cache: no Nix was run; last-good: the last one that worked, because evaluating failed; inherited: ai-rules was started inside of it; none: there is none.",
    ),
  shell: z.string().optional().describe("The shell of the flake."),
  evaluatedAt: z.string().optional().describe("When it was evaluated (ISO 8601, UTC)."),
  tookMs: z.number().optional().describe("How long it took to get it, in ms."),
  hookWarned: z.boolean().optional().describe("The shell hook went on after a failure."),
  hookOutput: z.array(z.string()).optional().describe("What the shell hook printed."),
  note: z.string().optional().describe("What should be known besides."),
  problem: problem.optional().describe("Why there is none, or only the last one that worked."),
});

const changed = z.object({
  name: z.string().describe("The variable."),
  before: value,
  after: value,
  entries: z
    .object({
      added: z.array(z.string()).describe("Entries that the shell adds."),
      removed: z.array(z.string()).describe("Entries that the shell takes away."),
    })
    .optional()
    .describe("Of a list such as PATH."),
});

/** The report, whole. */
export const envReportSchema = z.object({
  version: z.literal(1).describe("The shape of this report."),
  project: z.string().describe("The project's directory."),
  environment,
  variables: values.optional().describe("All variables; absent in the report of `env diff`."),
  difference: z
    .object({
      added: values.describe("Variables that only the shell has."),
      changed: z.array(changed).describe("Variables that have another value in the shell."),
      removed: values.describe("Variables that the shell does not have."),
    })
    .optional()
    .describe("What the shell makes of the environment of the command; only of `env diff`."),
  masked: z.array(z.string()).describe("Variables whose values are not shown in full."),
});

export type EnvReport = z.infer<typeof envReportSchema>;

/** The JSON schema shipped as `profiles/env.schema.json`. */
export function envJsonSchema(): object {
  return {
    title: "Output of ai-rules env --json",
    ...z.toJSONSchema(envReportSchema, { target: "draft-7", io: "input", reused: "inline" }),
  };
}
