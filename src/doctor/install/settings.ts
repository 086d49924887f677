import { settingsFiles } from "../../project/settings.ts";
import { type Check, findingOf, ok } from "../check.ts";
import { projectSettings } from "../facts/settings.ts";

/** `ai-rules.json` and the user's `config.json`. */
export const settingsCheck: Check = {
  id: "install-settings",
  group: "install",
  title: "the settings of the project and of the user",
  timeoutMs: 2000,
  run: async (context) => {
    const { ports, root } = context;
    const { errors, warnings } = await projectSettings(context);
    const findings = [
      ...errors.map((problem) => findingOf(problem, { status: "fail", root })),
      ...warnings.map((problem) => findingOf(problem, { status: "warn", root })),
    ];
    if (findings.length > 0) return findings;
    const paths = settingsFiles(ports, root);
    const found = await Promise.all(paths.map((path) => ports.files.status(path)));
    const there = paths.filter((_, index) => found[index] !== undefined);
    return [ok(there.length === 0 ? "no settings: the defaults hold" : there.join(", "))];
  },
};
