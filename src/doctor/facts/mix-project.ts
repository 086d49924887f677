import { findToolVersions } from "../../profiles/find-tool-versions.ts";
import { findMixFiles } from "../../profiles/mix-files.ts";
import { fact } from "../context.ts";

/** What the project says of its Elixir, read from its files. */
export const mixProject = fact(async ({ ports: { files }, root }) => {
  const [mix, tools] = await Promise.all([
    findMixFiles({ files, root }),
    findToolVersions(files, root),
  ]);
  const all = mix.own ? [mix.own, ...mix.others] : mix.others;
  const requirements = all.flatMap(({ file, elixir }) =>
    elixir === undefined ? [] : [{ file, requirement: elixir }],
  );
  return {
    /** Whether there is a mix.exs, here or one folder below. */
    isMix: all.length > 0,
    /** Whether it is here: Mix can be run. */
    hasOwn: mix.own !== undefined,
    dependencies: new Set(all.flatMap(({ dependencies }) => dependencies)),
    requirements,
    ...(tools.found ? { toolVersions: tools.found } : {}),
  };
});
