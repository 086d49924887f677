import { type Check, type Finding, ok, skip } from "../check.ts";
import { mixProject } from "../facts/mix-project.ts";

/** A Phoenix project with its dependencies and node_modules has some 20,000 directories and files. */
const fewWatches = 32_768;
/** Each editor, live reload and agent takes one or two. */
const fewInstances = 64;

/** Linux gives out watches of files sparingly. */
export const watchesCheck: Check = {
  id: "elixir-watches",
  group: "elixir",
  title: "how many files may be watched (inotify)",
  timeoutMs: 1000,
  run: async (context) => {
    const { host, files } = context.ports;
    if (host.os !== "linux") return [skip("only Linux has such a limit")];
    if (!(await mixProject(context)).isMix) return [skip("no mix.exs in this project")];
    const [watches, instances] = await Promise.all(
      ["max_user_watches", "max_user_instances"].map((name) =>
        files.readText(`/proc/sys/fs/inotify/${name}`).catch(() => undefined),
      ),
    );
    if (watches === undefined || instances === undefined)
      return [skip("this system does not say its limits")];
    const findings = [
      ...tooFew("max_user_watches", { has: Number(watches), few: fewWatches, better: 524_288 }),
      ...tooFew("max_user_instances", { has: Number(instances), few: fewInstances, better: 512 }),
    ];
    return findings.length === 0 ? [ok(`${Number(watches)} files may be watched`)] : findings;
  },
};

function tooFew(
  name: string,
  { has, few, better }: { readonly has: number; readonly few: number; readonly better: number },
): readonly Finding[] {
  if (has >= few) return [];
  return [
    {
      status: "warn",
      code: "elixir/few-watches",
      found: `fs.inotify.${name} is ${has}`,
      why: "live reload and test watchers stop to see changes, without a word",
      remedy: `run \`sudo sysctl -w fs.inotify.${name}=${better}\`, and put it into /etc/sysctl.d`,
    },
  ];
}
