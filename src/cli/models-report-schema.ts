/**
 * The shape of `ai-rules models --json`. Fields are added, never renamed or taken away, while
 * `version` is 1. Loading zod takes tens of milliseconds: the program takes only types from here.
 */
import { z } from "zod";
import { agentModes } from "../core/mode.ts";
import { runtimeKinds } from "../core/runtime.ts";

const bytes = z.number().min(0).describe("In bytes.");
const tokens = z.number().min(0).describe("In tokens.");
const moment = z.string().describe("A moment (ISO 8601, UTC).");

const problem = z
  .object({
    code: z.string().describe("What kind of failure it is; stable."),
    message: z.string().describe("What is wrong."),
    remedy: z.string().describe("What mends it."),
  })
  .describe("Something that is wrong.");

const source = z
  .object({
    from: z
      .enum(["flag", "pick", "project", "variable", "user", "opencode", "chosen", "default"])
      .describe(
        "pick: picked by key or `ai-rules models use`; project: ai-rules.json; user: config.json; chosen: nothing says it.",
      ),
    name: z.string().optional().describe("The variable's name."),
  })
  .describe("Where a setting comes from.");

const fit = z
  .object({
    verdict: z
      .enum([
        "fits",
        "tight",
        "fits-after-unloading",
        "partly-on-cpu",
        "will-not-fit",
        "unknown",
        "remote",
      ])
      .describe("tight: more than 80 % of what is free; remote: it takes no memory here."),
    text: z.string().describe("The verdict for people."),
    context: tokens.describe("With a context of so many tokens."),
    needBytes: bytes.optional().describe("What it needs, in bytes; absent where nobody knows."),
    freeBytes: bytes.optional().describe("What models may take and nothing has taken, in bytes."),
    about: z.boolean().describe("What it needs is an estimate."),
    parts: z
      .array(z.object({ label: z.string().describe("weights, context ..."), bytes }))
      .describe("What the need is made of."),
    unload: z.array(z.string()).describe("Loaded models that would have to go first."),
  })
  .describe("Whether a model fits into the memory of this machine.");

const instance = z.object({
  instance: z.string().describe("What unload calls it."),
  state: z.enum(["loading", "loaded", "unloading", "sleeping"]).describe("What becomes of it."),
  progress: z.number().min(0).max(1).optional().describe("How far the load is."),
  context: tokens.optional().describe("The context it really has."),
  sizeBytes: bytes.optional().describe("All that it takes, in bytes."),
  gpuBytes: bytes.optional().describe("The part in the GPU's memory."),
  expiresAt: z
    .union([moment, z.literal("never")])
    .optional()
    .describe("When it is unloaded."),
  busy: z.boolean().optional().describe("A request runs."),
});

const model = z.object({
  ref: z.string().describe('Its full name: "runtime/model".'),
  runtime: z.string().describe("The runtime's id."),
  name: z.string().describe("What requests call it."),
  title: z.string().optional().describe("What people call it, where that differs."),
  aliases: z
    .array(z.string())
    .optional()
    .describe("Names that the settings give it: runtime/alias means it, too."),
  sizeBytes: bytes.optional().describe("The file of its weights, in bytes."),
  quantization: z.string().optional().describe('"Q4_K_M".'),
  parameters: z.string().optional().describe('"30.5B".'),
  family: z.string().optional().describe('"qwen3moe".'),
  maxContext: tokens.optional().describe("The longest context it was trained for."),
  ownContext: tokens.optional().describe("The context the model itself asks for."),
  tools: z.boolean().optional().describe("It can call tools; absent where nobody tells."),
  vision: z.boolean().optional().describe("It sees pictures."),
  thinking: z.boolean().optional().describe("It can think before it answers."),
  chat: z.boolean().describe("It answers chats; an embedding model does not."),
  cloud: z.boolean().describe("It runs on another company's machines."),
  digest: z.string().optional().describe("Names exactly this model."),
  derivedFrom: z.string().optional().describe("The model it was made of."),
  loaded: z.array(instance).describe("Its loaded instances; empty when it is not loaded."),
  fit,
  usedBy: z.array(z.enum(agentModes)).describe("The modes that are meant to use it."),
  usedByRunning: z.boolean().describe("A running `ai-rules tui` uses it."),
  recent: z.boolean().describe("It is one of those picked last."),
});

const runtime = z.object({
  id: z.string().describe("What stands before the slash of a full name."),
  kind: z.enum(runtimeKinds).describe("What it is."),
  title: z.string().describe("What people call its kind."),
  url: z.string().describe("Where it is."),
  local: z.boolean().describe("On this machine."),
  source: source.describe("What says its address."),
  expected: z.boolean().describe("Someone asked for it; what is not expected may be absent."),
  tokenVariable: z.string().optional().describe("The variable that holds its token."),
  state: z
    .enum(["probing", "up", "stale", "down", "wrong-service", "needs-token"])
    .describe(
      "stale: it lives, but did not answer this time; probing: it has not answered in time.",
    ),
  found: z.string().optional().describe("What answers there instead."),
  problem: problem.optional().describe("Why it is not up."),
  note: problem.optional().describe("What is odd about its address."),
  troubles: z.array(problem).describe("What is wrong although it answers."),
  version: z.string().optional().describe("Its own version."),
  can: z
    .array(z.enum(["seesLoaded", "load", "unload", "keepAlive", "loadContext", "derive", "pull"]))
    .describe("What can be asked of it."),
  installedCount: z.number().describe("How many models it has."),
  loadedCount: z.number().describe("How many of them are loaded."),
});

const memory = z.object({
  kind: z
    .enum(["gpu", "unified", "ram"])
    .describe("unified: GPU and CPU share it; ram: there is no GPU."),
  devices: z
    .array(
      z.object({
        name: z.string().describe("The GPU's name."),
        usedBytes: bytes,
        totalBytes: bytes,
        busyPercent: z.number().optional().describe("How busy it is."),
      }),
    )
    .describe("The GPUs."),
  usedBytes: bytes,
  totalBytes: bytes,
  budgetBytes: bytes.describe("What models may take, in bytes."),
  budgetFrom: z.string().describe("What says that."),
  ramBytes: bytes.describe("All of the RAM, in bytes."),
  ramFreeBytes: bytes.describe("What is free of it, in bytes."),
});

const mode = z.object({
  model: z.string().optional().describe("What it is meant to use; absent where nothing is there."),
  source: source.optional().describe("What says so."),
  insteadOf: z.string().optional().describe("What it was to use, which is not installed any more."),
  temperature: z.number().optional().describe("How freely it chooses its words."),
  temperatureSource: source.optional().describe("What says the temperature."),
  command: z.array(z.string()).optional().describe("It runs this instead of an agent."),
});

const setting = z.object({
  runtime: z.string().describe("The runtime's id."),
  setting: z
    .enum([
      "keepAlive",
      "memoryLimit",
      "quantization",
      "batch",
      "temperature",
      "context",
      "maxTokens",
      "modelsPath",
      "models",
    ])
    .describe("Its name below runtimes.ID."),
  key: z.string().optional().describe("The mode, or the name of a model, that the value is for."),
  value: z
    .union([
      z.number(),
      z.string(),
      z.object({
        bits: z.number().optional().describe("Bits a weight."),
        groupSize: z.number().optional().describe("Weights that share a scale."),
      }),
    ])
    .describe("Its value: bytes, tokens, a path ..."),
  source: source.describe("What says so."),
  used: z.boolean().describe("It does something here."),
  does: z.string().describe("What it does, or why it does nothing."),
});

/** The report, whole. */
export const modelsReportSchema = z.object({
  version: z.literal(1).describe("The shape of this report."),
  project: z.string().describe("The project's directory."),
  environment: z
    .object({
      from: z.enum(["shell", "own"]).describe("shell: the project's; own: that of the command."),
      note: z.string().optional().describe("Why the project's shell does not count."),
    })
    .describe("Whose variables were read."),
  runtimes: z.array(runtime).describe("Those that answer, and those that someone asked for."),
  models: z.array(model).describe("All models of the runtimes, by runtime, loaded ones first."),
  opencodeModels: z
    .array(z.string())
    .describe("Models of OpenCode's own configuration that no runtime here serves."),
  memory: memory.optional().describe("The memory models are loaded into on this machine."),
  modes: z.object({ plan: mode, build: mode, review: mode }).describe("What each mode uses."),
  settings: z
    .array(setting)
    .describe("How the settings and variables want the runtimes' models to be used."),
  variables: z.object({
    unused: z
      .array(
        z.object({
          variable: z.string().describe("Its name."),
          why: z.string().describe("Why nothing reads it."),
        }),
      )
      .describe("Variables that are set and that nothing reads."),
    problems: z.array(problem).describe("Values that make no sense."),
  }),
  warnings: z
    .array(
      z.object({
        level: z.enum(["error", "warning"]).describe("error: an agent cannot work like that."),
        text: z.string().describe("What is wrong."),
        remedy: z.string().describe("What mends it."),
      }),
    )
    .describe("What is wrong with the models that the modes use."),
});

/** The report of one model, of `ai-rules models show NAME --json`. */
export type ModelReport = z.infer<typeof model>;
export type RuntimeReport = z.infer<typeof runtime>;
export type FitReport = z.infer<typeof fit>;
export type ModelsReport = z.infer<typeof modelsReportSchema>;

/** The JSON schema shipped as `profiles/models.schema.json`. */
export function modelsJsonSchema(): object {
  return {
    title: "Output of ai-rules models --json",
    ...z.toJSONSchema(modelsReportSchema, { target: "draft-7", io: "input", reused: "inline" }),
  };
}
