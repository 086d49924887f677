/**
 * The shape of `ai-rules doctor --json`. Fields are added, never renamed or taken away, while
 * `version` is 1. Loading zod takes tens of milliseconds: the program takes only types from here.
 */
import { z } from "zod";
import { checkGroups, checkStatuses } from "../core/diagnosis.ts";

const status = z
  .enum(checkStatuses)
  .describe("fail: something will not work; warn: it works, and should be looked at.");

const finding = z
  .object({
    status,
    code: z
      .string()
      .optional()
      .describe("What is wrong, as subject/what; stable. Absent where nothing is."),
    found: z.string().describe("What was found; one line."),
    why: z.string().optional().describe("Why it matters."),
    remedy: z.string().optional().describe("What mends it: a command in backticks, or a key."),
    link: z
      .string()
      .optional()
      .describe("The place in the documents, from the root of ai-rules' installation."),
    detail: z.string().optional().describe("A program's own words; lines."),
    fixable: z.boolean().describe("`ai-rules doctor --fix` mends it."),
  })
  .describe("One thing that a check found.");

const check = z
  .object({
    id: z.string().describe("For --only."),
    group: z.enum(checkGroups).describe("What it belongs to."),
    title: z.string().describe("What it looks at."),
    status: status.describe("The worst of its findings."),
    tookMs: z.number().min(0).describe("How long it took, in ms."),
    findings: z.array(finding),
  })
  .describe("A check that was done.");

const fixed = z
  .object({
    id: z.string().describe("The check."),
    code: z.string().describe("The finding."),
    did: z.string().describe("What was done: a command, or words."),
    error: z.string().optional().describe("Why it could not be done."),
  })
  .describe("Something that --fix did before the checks were done again.");

const count = z.number().min(0).describe("So many checks.");

export const doctorReportSchema = z.object({
  version: z.literal(1).describe("Of this shape."),
  program: z.string().describe("The version of ai-rules."),
  project: z.string().describe("The project's directory."),
  ok: z.boolean().describe("No check fails; the exit code is 0 then, else 1."),
  tookMs: z.number().min(0).describe("All of it, in ms."),
  counts: z.object({ fail: count, warn: count, ok: count, skip: count }),
  fixed: z.array(fixed),
  checks: z.array(check),
});

export type DoctorReport = z.infer<typeof doctorReportSchema>;

/** The JSON schema shipped as `profiles/doctor.schema.json`. */
export function doctorJsonSchema(): object {
  return {
    title: "Output of ai-rules doctor --json",
    ...z.toJSONSchema(doctorReportSchema, { target: "draft-7", io: "input", reused: "inline" }),
  };
}
