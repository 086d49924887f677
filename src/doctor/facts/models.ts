import { runtimeOf } from "../../core/installed-models.ts";
import { agentModes } from "../../core/mode.ts";
import type { RuntimeState } from "../../core/runtime.ts";
import { projectDirectory } from "../../project/directories.ts";
import { type ProjectModels, surveyProjectModels } from "../../survey/project-models.ts";
import { fact } from "../context.ts";
import { shellVariables } from "./project-shell.ts";
import { projectSettings } from "./settings.ts";

/** One that answers takes some ms; one of this machine that hangs is given up after 1.6 s. */
const timeoutMs = 2500;

/** What the runtimes say, and what the modes are meant to use of it. */
export const projectModels = fact(async (context): Promise<ProjectModels> => {
  const { ports, root, directories, patience } = context;
  const [{ settings }, { variables }] = await Promise.all([
    projectSettings(context),
    shellVariables(context),
  ]);
  const data = projectDirectory(directories, root);
  return surveyProjectModels(ports, {
    root,
    data,
    settings,
    variables,
    details: true,
    timeoutMs: timeoutMs * patience,
  });
});

/** Whether a mode is meant to use a model of a runtime. */
export function isUsed({ models }: Pick<ProjectModels, "models">, runtime: RuntimeState): boolean {
  return agentModes.some((mode) => {
    const wish = models.wishes[mode];
    return wish !== undefined && runtimeOf([runtime], wish.model) !== undefined;
  });
}

/** Those that answer. */
export function answering({ models }: Pick<ProjectModels, "models">): readonly RuntimeState[] {
  return models.runtimes.filter(({ connection: { type } }) => type === "up" || type === "stale");
}
