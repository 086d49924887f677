/** The environment in words, for panel, footer, start screen and overlay. */
import type {
  EnvironmentProgress,
  EnvironmentSource,
  EnvironmentSummary,
  ReloadState,
} from "../../core/environment.ts";
import type { FilePosition } from "../../core/error.ts";
import { memory, moment, took } from "../../core/format.ts";
import { printable } from "../../core/text.ts";

const sources: Readonly<Record<EnvironmentSource, string>> = {
  nix: "nix",
  cache: "nix, cached",
  "last-good": "last good",
  inherited: "inherited",
  plain: "plain",
};

/** "nix, cached · default": where the variables come from and which shell it is. */
export function sourceText({ source, shell }: EnvironmentSummary): string {
  return shell === undefined ? sources[source] : `${sources[source]} · ${printable(shell)}`;
}

/** When the shell was evaluated and how long this start waited; nothing was evaluated for a plain one. */
export function evaluatedText(summary: EnvironmentSummary, now: number): string | undefined {
  if (summary.source === "plain" || summary.source === "inherited") return undefined;
  const at = moment(summary.evaluatedAt, now);
  return summary.source === "nix"
    ? `evaluated ${at} in ${took(summary.tookMs)}`
    : `evaluated ${at}`;
}

/** What a changed flake means for the user, or nothing; `restartKeys` restart all modes. */
export function reloadText(reload: ReloadState, restartKeys: string): string | undefined {
  switch (reload.type) {
    case "none":
      return undefined;
    case "loading":
      return "flake changed, evaluating";
    case "changed":
      return `environment changed, ${restartKeys} restarts`;
    case "broken":
      return `changed flake fails: ${printable(reload.problem.message)}`;
    default:
      return reload satisfies never;
  }
}

/** What an evaluation has done so far, one line a kind of work that there is. */
export function progressTexts({ builds, fetches, bytes }: EnvironmentProgress): readonly string[] {
  return [
    ...(builds.expected > 0 ? [`built ${builds.done} of ${builds.expected}`] : []),
    ...(fetches.expected > 0 ? [`fetched ${fetches.done} of ${fetches.expected} paths`] : []),
    ...(bytes.expected > 0 ? [`${memory(bytes.done)} of ${memory(bytes.expected)}`] : []),
  ];
}

/** "flake.nix:12:5": a file of the project is named from its root. */
export function positionText({ file, line, column }: FilePosition, root: string): string {
  const name = file.startsWith(`${root}/`) ? file.slice(root.length + 1) : file;
  return [printable(name), line, column].filter((each) => each !== undefined).join(":");
}
