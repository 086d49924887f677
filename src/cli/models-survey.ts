/** All that the `models` commands know: the settings, the development shell, and what the survey found. */
import type { Problem } from "../core/error.ts";
import type { Settings } from "../core/settings.ts";
import type { Ports } from "../platform/ports.ts";
import { directoriesOf, projectDirectory } from "../project/directories.ts";
import { findProjectRoot } from "../project/root.ts";
import { loadSettings } from "../project/settings.ts";
import { type ProjectModels, surveyProjectModels } from "../survey/project-models.ts";
import { type ProjectVariables, projectVariables } from "./project-variables.ts";

export { fitIn, wishesOf } from "../survey/project-models.ts";

export type ModelsSurvey = Pick<ProjectModels, "models" | "contextOf"> & {
  /** The project's directory. */
  readonly root: string;
  /** Where its picks are kept. */
  readonly data: string;
  readonly settings: Settings;
  readonly environment: ProjectVariables;
  /** What is wrong with files that were read. */
  readonly problems: readonly Problem[];
  /** ms since the epoch. */
  readonly now: number;
};

/** What does not answer by then is told as being asked still, in ms. */
const timeoutMs = 5000;

export type SurveyRequest = {
  /** A directory of the project. */
  readonly cwd: string;
  /** Asks for the details of all models, which takes a request each. */
  readonly details: boolean;
};

/** Asks everybody once. */
export async function surveyModels(
  ports: Ports,
  { cwd, details }: SurveyRequest,
): Promise<ModelsSurvey> {
  const root = (await findProjectRoot(ports, cwd)).path;
  const directories = directoriesOf(ports);
  const data = projectDirectory(directories, root);
  const loaded = await loadSettings(ports, root);
  const { settings } = loaded;
  const { shell } = settings;
  const cacheDir = directories.environments;
  const environment = await projectVariables(ports, { root, shell, cacheDir });
  const { variables } = environment;
  const request = { root, data, settings, variables, details, timeoutMs };
  const { problem, ...known } = await surveyProjectModels(ports, request);
  return {
    root,
    data,
    settings,
    environment,
    ...known,
    problems: [...loaded.errors, ...loaded.warnings, ...(problem ? [problem] : [])],
    now: ports.clock.now(),
  };
}
