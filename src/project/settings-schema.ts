/**
 * The shape of `ai-rules.json` and of the user's `config.json`. Everything may be left out. The
 * JSON schema that editors use is made from it. Loading zod takes tens of milliseconds: this file
 * is imported only when there is a settings file.
 */
import { z } from "zod";
import { type Action, actionNames, actions } from "../core/action.ts";
import { byteSizePattern, parseByteSize } from "../core/byte-size.ts";
import { contextPattern, parseContext } from "../core/context-size.ts";
import { agentModes } from "../core/mode.ts";
import { runtimeKinds } from "../core/runtime.ts";
import { layoutChoices } from "../core/settings.ts";

/** Arguments, variables and paths end at a NUL, so none may hold one. */
const anyText = z.string().regex(/^[^\0]*$/, "expected a text without NUL");
const text = (what: string) => anyText.min(1, `expected ${what}`);

const model = text("a model")
  .regex(/^[^/\s]+\/\S+$/, 'expected "provider/model"')
  .describe('The model, as "provider/model" in OpenCode\'s words.');

const temperature = z.number().min(0).max(2);

const mode = z.strictObject({
  command: z
    .array(text("a program or an argument"))
    .min(1, "expected a program")
    .optional()
    .describe("Runs this program, with its arguments, instead of OpenCode."),
  model: model.optional(),
  temperature: temperature
    .optional()
    .describe("How freely the model chooses its words, 0 to 2; else the model's own."),
  agent: text("an agent's name").optional().describe("OpenCode's agent; else the mode's own."),
  env: z
    .record(z.string().regex(/^[A-Za-z_]\w*$/, "expected a variable's name"), anyText)
    .optional()
    .describe("Variables added to the environment of this mode only."),
});

const modifiers = "(?:(?:ctrl|alt|shift|super|hyper|meta)\\+)*";
const key = "(?:[a-z][a-z0-9-]*|[^\\s\\0])";

const chord = z
  .string()
  .regex(
    new RegExp(`^${modifiers}${key}$`, "u"),
    'expected a chord such as "ctrl+o", "alt+1" or "shift+pgup"',
  );

/** "ctrl+g" by itself, "prefix g" after the prefix. */
const boundChord = z
  .string()
  .regex(
    new RegExp(`^(?:prefix |${modifiers}${key} )?${modifiers}${key}$`, "u"),
    'expected a chord such as "alt+1", or "prefix x" for x after the prefix',
  );

const binding = z
  .union([boundChord, z.array(boundChord), z.null()], {
    error: 'expected a chord such as "ctrl+o", a list of chords, or null',
  })
  .optional();

const keys = z.strictObject({
  prefix: chord.optional().describe('The key before a command; "ctrl+o" unless set.'),
  bindings: z
    .strictObject(perName(actionNames, (name: Action) => binding.describe(actions[name].title)))
    .optional()
    .describe("A chord, several, or null for none, by what it does."),
});

/** A length of time or a number of seconds, as Ollama takes them. */
const durationPattern = /^-?(?:\d+|(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+)$/;
const noDuration = 'expected a length of time such as "30m", or -1 for ever';
const keepAlive = z.union([z.string().regex(durationPattern, noDuration), z.int()], {
  error: noDuration,
});

const noSize = 'expected a size such as "45GB", or a number of bytes';
const sizeText = z
  .string()
  .regex(byteSizePattern, { error: noSize, abort: true })
  .refine((size) => parseByteSize(size) !== undefined, noSize);
const byteSize = z.union([sizeText, z.int().min(1, noSize)], { error: noSize });

const noContext = 'expected a number of tokens such as 32768 or "32k"';
const contextText = z
  .string()
  .regex(contextPattern, { error: noContext, abort: true })
  .refine((context) => parseContext(context) !== undefined, noContext);
const contextLength = z.union([contextText, z.int().min(1, noContext)], { error: noContext });

/** A value for each mode, of which any may be left out. */
const eachMode = <Value extends z.ZodType>(value: Value, meaning: string) =>
  z.strictObject(perName(agentModes, () => value.optional().describe(meaning))).optional();

/** What MLX can pack weights into (mlx.core.quantize, mode "affine"). */
const quantization = z.strictObject({
  bits: z
    .literal([2, 3, 4, 5, 6, 8])
    .optional()
    .describe("MLX: bits a weight of models that are converted; 4 unless set."),
  groupSize: z
    .literal([32, 64, 128])
    .optional()
    .describe("MLX: weights that share a scale; 64 unless set."),
});

const runtime = z.strictObject({
  type: z
    .enum(runtimeKinds)
    .optional()
    .describe("What serves there; needs no saying where the id is one of these."),
  url: text("an address").optional().describe('Where it is: "http://gpu-box:11434".'),
  apiKeyVariable: z
    .string()
    .regex(/^[A-Za-z_]\w*$/, "expected a variable's name")
    .optional()
    .describe("The variable that holds its token, never the token itself."),
  keepAlive: keepAlive
    .optional()
    .describe('How long a model stays loaded after a request: "30m", -1 for ever.'),
  enabled: z.boolean().optional().describe("false leaves it alone."),
  memoryLimit: byteSize
    .optional()
    .describe('What its models may take of the memory: "45GB", or bytes.'),
  quantization: quantization.optional(),
  batch: eachMode(
    z.int().min(1),
    "Requests answered at once; MLX takes the largest one when it starts.",
  ),
  temperature: eachMode(
    temperature,
    "How freely its models choose their words, 0 to 2; modes.MODE.temperature is stronger.",
  ),
  context: eachMode(contextLength, 'The context its models are to have: 32768, "32k".'),
  maxTokens: z.int().min(1).optional().describe("Most tokens of one answer."),
  modelsPath: text("a directory")
    .optional()
    .describe("MLX: a directory with a model in each subdirectory, from the project's root."),
  models: z
    .record(
      z.string().regex(/^[A-Za-z0-9][\w.:-]*$/, "expected a name of letters, digits, _ . : and -"),
      text("a directory or a repository"),
    )
    .optional()
    .describe("MLX: names for models, each a directory below modelsPath or a repository."),
});

/**
 * A runtime's id is its provider's in OpenCode. With one of these, a login that the user stored for
 * the cloud's provider is used for the runtime, and breaks it (measured on OpenCode 1.18.33).
 */
const cloudProviders: ReadonlySet<string> = new Set([
  "anthropic",
  "azure",
  "deepseek",
  "github-copilot",
  "google",
  "groq",
  "mistral",
  "openai",
  "opencode",
  "openrouter",
  "xai",
]);

const runtimes = z
  .record(
    z.string().regex(/^[A-Za-z0-9][\w.-]*$/, "expected an id of letters, digits, _ . and -"),
    runtime,
  )
  .superRefine((all, context) => {
    for (const [id, { url, enabled }] of Object.entries(all)) {
      if (enabled === false) continue;
      const refuse = (message: string) => context.addIssue({ code: "custom", path: [id], message });
      if (cloudProviders.has(id)) refuse(`expected another id: OpenCode's own ${id} has this one`);
      else if (url === undefined && !runtimeKinds.some((kind) => kind === id))
        refuse(`expected a url, since ${id} is no kind of runtime`);
    }
  });

const memory = z.strictObject({
  budget: byteSize
    .optional()
    .describe('What models may take of the memory they are loaded into: "45GB", or bytes.'),
});

/** The settings as they may stand in a file. */
export const settingsSchema = z.strictObject({
  $schema: z.string().optional().describe("Where editors find this schema."),
  shell: text("a shell's name").optional().describe("The flake shell to enter, as in `.#NAME`."),
  modes: z
    .strictObject(perName(agentModes, () => mode.optional()))
    .optional()
    .describe("What runs in each pane."),
  layout: z.enum(layoutChoices).optional().describe("How panes stand; auto follows the size."),
  keys: keys.optional(),
  scrollback: z
    .int()
    .min(0)
    .max(100_000)
    .optional()
    .describe("Lines of scrollback a pane keeps; 5000 unless set."),
  opencode: z
    .strictObject({ path: text("a path").optional().describe("The opencode program to run.") })
    .optional(),
  runtimes: runtimes
    .optional()
    .describe("Programs that serve models, by an id of yours or by their kind."),
  memory: memory.optional(),
});

export type FileSettings = z.infer<typeof settingsSchema>;

/** The JSON schema shipped as `profiles/ai-rules.schema.json`. */
export function settingsJsonSchema(): object {
  return {
    title: "Settings of ai-rules",
    ...z.toJSONSchema(settingsSchema, { target: "draft-7" }),
  };
}

function perName<Name extends string, Value>(
  names: readonly Name[],
  make: (name: Name) => Value,
): Record<Name, Value> {
  const shape: Record<Name, Value> = Object.assign(
    {},
    ...names.map((name) => ({ [name]: make(name) })),
  );
  return shape;
}
