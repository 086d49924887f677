/** Settings that are said outside of the files, too: models, temperatures and runtimes, by picks and by variables. */
import type { Problem } from "../core/error.ts";
import { memoryBudget } from "../core/memory-budget.ts";
import { type AgentMode, agentModes } from "../core/mode.ts";
import { resolveWishes } from "../core/model-choice.ts";
import { parseModelRef } from "../core/model-ref.ts";
import { type GuideSettings, type ModelWish, noModels } from "../core/models.ts";
import type { SettingSource } from "../core/runtime.ts";
import type { Settings } from "../core/settings.ts";
import { variableEffects } from "../core/variable-effects.ts";
import type { Ports, Variables } from "../platform/ports.ts";
import { directoriesOf, projectDirectory } from "../project/directories.ts";
import { readPicks } from "../project/picks.ts";
import { runtimeAddresses } from "../runtimes/addresses.ts";
import { readGuideVariables } from "../runtimes/guide-variables.ts";
import { projectVariables } from "./project-variables.ts";

export type SaidElsewhere = {
  /** By the setting's name. */
  readonly said: ReadonlyMap<string, { readonly value: unknown; readonly source: SettingSource }>;
  readonly problems: readonly Problem[];
  readonly note?: string;
};

/** Asks no runtime: what is not installed counts as well. */
export async function saidElsewhere(
  ports: Ports,
  { root, settings }: { readonly root: string; readonly settings: Settings },
): Promise<SaidElsewhere> {
  const directories = directoriesOf(ports);
  const { shell } = settings;
  const [{ variables, note }, read] = await Promise.all([
    projectVariables(ports, { root, shell, cacheDir: directories.environments }),
    readPicks(ports, projectDirectory(directories, root)),
  ]);
  const guide = readGuideVariables(variables);
  const models = { ...noModels, guide, picks: read.saved?.picks ?? {} };
  const wishes = resolveWishes({ models, settings });
  const said = agentModes.flatMap((mode) => {
    const wish = wishes[mode];
    return wish ? saidOfMode(mode, wish, guide) : [];
  });
  return {
    said: new Map([
      ...said,
      ...saidOfMemory(settings, guide),
      ...saidOfRuntimes({ settings, guide, variables }),
    ]),
    problems: [...(read.problem ? [read.problem] : []), ...guide.problems],
    ...(note === undefined ? {} : { note }),
  };
}

type Said = readonly [string, { readonly value: unknown; readonly source: SettingSource }];

function saidOfMode(mode: AgentMode, wish: ModelWish, guide: GuideSettings): readonly Said[] {
  const { model, source, temperature } = wish;
  const isElsewhere = source.from === "pick" || source.from === "variable";
  const guided = guide.temperatures[mode].find(
    ({ runtime }) => runtime === parseModelRef(model)?.runtime,
  );
  return [
    ...(isElsewhere ? [[`modes.${mode}.model`, { value: model, source }] as const] : []),
    ...(temperature === undefined && guided
      ? [
          [
            `modes.${mode}.temperature`,
            { value: guided.value, source: ofVariable(guided) },
          ] as const,
        ]
      : []),
  ];
}

function saidOfMemory(settings: Settings, guide: GuideSettings): readonly Said[] {
  const { budgetBytes: value, budgetFrom: variable } = memoryBudget(settings, guide);
  return variable === undefined
    ? []
    : [["memory.budget", { value, source: ofVariable({ variable }) }]];
}

type Shell = {
  readonly settings: Settings;
  readonly guide: GuideSettings;
  readonly variables: Variables;
};

/** Where they are, how long they keep a model, and what else a variable says of one as a whole. */
function saidOfRuntimes({ settings, guide, variables }: Shell): readonly Said[] {
  return runtimeAddresses({ settings, variables }).flatMap((address): readonly Said[] => {
    const { id, kind, url, source } = address;
    const effects = kind ? variableEffects({ address, kind, guide, settings }) : [];
    const used = effects.filter((effect) => effect.used && effect.source.from === "variable");
    return [
      ...(source.from === "variable"
        ? [[`runtimes.${id}.url`, { value: url, source }] as const]
        : []),
      ...used.map(
        ({ setting, value, source: from }) =>
          [`runtimes.${id}.${setting}`, { value, source: from }] as const,
      ),
    ];
  });
}

function ofVariable({ variable }: { readonly variable: string }): SettingSource {
  return { from: "variable", name: variable };
}
