/**
 * The shape of `ai-rules init --json`. Fields are added, never renamed or taken away, while `version`
 * is 1. The program takes only types from here.
 */
import { z } from "zod";
import { profileNames } from "../profiles/profile.ts";
import { actions } from "../profiles/setup/plan.ts";

const problem = z
  .object({
    code: z.string().describe("What kind of failure it is; stable."),
    message: z.string().describe("What is wrong."),
    remedy: z.string().describe("What mends it."),
  })
  .describe("Something that is wrong.");

const file = z.object({
  path: z.string().describe("From the project's root."),
  action: z
    .enum(actions)
    .describe(
      "merge: what was missing is added to a person's file; update: it came from an earlier profile; beside: ours is put beside a person's; keep: it stays, although the profile has another.",
    ),
  target: z.string().describe("What is written: the path, or `NAME.ai-rules` beside it."),
  why: z.string().optional().describe("Why so."),
  diff: z.string().optional().describe("What changes, as a unified diff."),
});

/** The report, whole. */
export const initReportSchema = z.object({
  version: z.literal(1).describe("The shape of this report."),
  project: z.string().describe("The project's directory."),
  deed: z
    .enum(["create", "set-up", "again", "update"])
    .describe(
      "create: a new application; set-up: a project that is there; again: one that was set up before.",
    ),
  written: z.boolean().describe("It was done; without --yes it is only told."),
  application: z.string().optional().describe("The application that is made."),
  profile: z.object({
    name: z.enum(profileNames).describe("The profile."),
    version: z.number().describe("Its version."),
    because: z.string().describe("Why this one."),
  }),
  shell: z
    .object({
      name: z.string().describe("A shell other than the profile's usual one."),
      because: z.string().describe("Why this one."),
    })
    .optional(),
  files: z.array(file).describe("All files of the profile, and what becomes of each."),
  flake: z
    .object({
      why: z.string().optional().describe("Why it cannot be changed by a program."),
      diff: z.string().optional().describe("What would put ai-rules into it."),
      snippet: z.string().optional().describe("What to write into it by hand."),
    })
    .optional()
    .describe("What to do to a flake.nix of one's own."),
  git: z
    .object({
      repository: z.string().optional().describe("Its top; absent where there is none."),
      initialised: z.boolean().describe("It was made now."),
      added: z.array(z.string()).describe("Files that Git knows from now on (`git add -N`)."),
    })
    .optional()
    .describe("What Git was told; absent where nothing was written."),
  notes: z.array(z.string()).describe("What a person should know besides."),
  missing: z.array(problem).describe("What this machine lacks."),
  next: z.array(z.string()).describe("Commands to go on with."),
});

export type InitReport = z.infer<typeof initReportSchema>;

/** The JSON schema shipped as `profiles/init.schema.json`. */
export function initJsonSchema(): object {
  return {
    title: "Output of ai-rules init --json",
    ...z.toJSONSchema(initReportSchema, { target: "draft-7", io: "input", reused: "inline" }),
  };
}
