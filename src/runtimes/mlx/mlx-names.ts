/** Names that the settings give to MLX's models: short words for paths and repositories. */
import { isAbsolute, join } from "node:path";
import type { InstalledModel } from "../../core/runtime.ts";
import type { AdapterContext } from "../adapter.ts";
import { modelAt } from "./mlx-models.ts";

/** Without files only what the server lists can be meant. */
type Place = {
  readonly files?: AdapterContext["files"];
  readonly modelsPath?: string | undefined;
  readonly models?: AdapterContext["models"];
};

/** The models with their names; a directory that is named is found however deep it lies. */
export async function withNames(
  { files, modelsPath, models = {} }: Place,
  found: readonly InstalledModel[],
): Promise<readonly InstalledModel[]> {
  let all = found;
  for (const [alias, where] of Object.entries(models)) {
    const path = isAbsolute(where) || modelsPath === undefined ? where : join(modelsPath, where);
    const isMeant = ({ name }: InstalledModel) => name === path || name === where;
    if (!all.some(isMeant)) {
      const model = files && isAbsolute(path) ? await modelAt(files, path) : undefined;
      all = model ? [...all, model] : all;
    }
    all = all.map((model) => (isMeant(model) ? withAlias(model, alias) : model));
  }
  return all;
}

function withAlias(model: InstalledModel, alias: string): InstalledModel {
  return { ...model, aliases: [...(model.aliases ?? []), alias] };
}
