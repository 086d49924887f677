/** The shape of `profile.json`; the JSON schema for editors is made from it. */
import { z } from "zod";
import { byteSizePattern } from "../core/byte-size.ts";
import { AiRulesError } from "../core/error.ts";
import { agentModes } from "../core/mode.ts";
import { generatorNames, modelRuntimes, type Profile, profileNames } from "./profile.ts";

const words = (what: string) => z.string().regex(/\S/, `expected ${what}`);
const size = z.string().regex(byteSizePattern, 'expected a size such as "50GB"');
const count = z.int().min(1, "expected at least 1");
const mixName = z.string().regex(/^[a-z][a-z0-9_]*$/, "expected the name of a Mix dependency");
const shellName = z.string().regex(/^[a-z][a-z0-9_]*\+?$/, "expected the name of a shell");

const mode = z.strictObject({
  models: z
    .strictObject({
      ollama: words("a model").describe("As `ollama pull` takes it."),
      lmstudio: words("a model").describe("As `lms get` takes it."),
      mlx: words("a model").describe("A repository of Hugging Face with MLX weights."),
    })
    .describe("The model that the mode uses, by what serves it."),
  temperature: z.number().min(0).max(2).describe("How freely the model chooses its words."),
  permissions: words("a sentence").describe("What the agent may do, in words."),
  prompt: z
    .string()
    .regex(/^\.opencode\/prompts\/[a-z-]+\.md$/, "expected a path below .opencode/prompts")
    .describe("Path of the mode's prompt, from the project's root."),
});

const arithmetic = z.strictObject({
  name: words("a model"),
  weights: count.describe("Bytes of the weights as they are downloaded."),
  layers: count.describe("Layers that keep keys and values."),
  kvHeads: count.describe("Heads of keys and values in a layer."),
  headDimension: count.describe("Values of a key, and as many of a value, of one head."),
  context: z.int().min(32_768, "expected at least 32768").describe("In tokens."),
  need: count.describe(
    "Bytes in all: weights, keys and values of the context at 2 bytes each, what computing takes, the reserve.",
  ),
});

const dependency = z.strictObject({
  name: mixName,
  requirement: z
    .string()
    .regex(/^~> \d+(\.\d+){1,2}(-[a-z]+(\.\d+)?)?$/, 'expected a requirement such as "~> 1.8"'),
  options: words("options")
    .exactOptional()
    .describe("Further options as they stand in mix.exs: `only: [:dev, :test]`."),
});

const generator = z.strictObject({
  name: z.enum(generatorNames).describe("As `--generator` takes it."),
  command: z
    .array(words("an argument"))
    .min(2)
    .describe(
      "`mix` and a task, which asks nothing; `{app}` stands for the application's name, `{dir}` for its directory.",
    ),
  tasks: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[a-z][a-z0-9_.]*$/, "expected the name of a task"),
        archive: mixName.describe("The Mix archive that has it."),
      }),
    )
    .min(1)
    .describe("The tasks of Mix that it runs."),
  fetches: z
    .literal(true)
    .exactOptional()
    .describe("It fetches and compiles libraries: Hex and rebar3 have to be there."),
});

/** What a profile says of itself. */
const profileSchema = z.strictObject({
  $schema: z.string().optional().describe("Where editors find this schema."),
  name: z.enum(profileNames),
  version: count.describe("Raised when its files change in a way that projects should get."),
  title: words("a title"),
  description: words("a sentence").describe("What it is for, in one sentence."),
  recognise: z
    .strictObject({ dependencies: z.array(mixName) })
    .describe("What gives a project of this kind away: dependencies in its mix.exs."),
  shells: z
    .strictObject({ default: shellName, names: z.array(shellName).min(1) })
    .refine(({ default: chosen, names }) => names.includes(chosen), {
      error: "expected the default among the names",
      path: ["default"],
    })
    .describe("The shells of its flake, and which one `nix develop` enters."),
  modes: z.strictObject(perName(agentModes, () => mode)),
  fit: z
    .strictObject({
      machine: words("a machine").describe("What the models were chosen for."),
      memory: size,
      budget: size.describe("What models may take of it."),
      why: words("a sentence"),
      models: z.strictObject(perName(modelRuntimes, () => arithmetic)),
    })
    .describe("The arithmetic by which the models were chosen."),
  dependencies: z.array(dependency).describe("What a new application depends on."),
  generators: z
    .array(generator)
    .min(1)
    .describe("What makes a new application; the first one is meant where none is named."),
});

/** Reads a `profile.json`. Throws AiRulesError `profile/invalid`, which names all that is wrong. */
export function parseProfile(source: { readonly file: string; readonly text: string }): Profile {
  const { $schema: _, ...profile } = check(source);
  return profile;
}

function check({ file, text }: { readonly file: string; readonly text: string }) {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? cause.message : String(cause));
  }
  const parsed = profileSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw invalid(file, z.prettifyError(parsed.error));
}

function invalid(file: string, detail: string): AiRulesError {
  return new AiRulesError({
    code: "profile/invalid",
    message: `${file} is not what a profile says of itself`,
    remedy: "install ai-rules anew, or correct what is named below",
    detail,
  });
}

/** The JSON schema shipped as `profiles/profile.schema.json`. */
export function profileJsonSchema(): object {
  return {
    title: "A profile of ai-rules",
    ...z.toJSONSchema(profileSchema, { target: "draft-7" }),
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
