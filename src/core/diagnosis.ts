/** What the doctor has found, as data: for the screen, for JSON and for text. */

/** In the order in which they are told. */
export const checkGroups = ["install", "nix", "agents", "models", "terminal", "elixir"] as const;
export type CheckGroup = (typeof checkGroups)[number];

export const groupTitles: Readonly<Record<CheckGroup, string>> = {
  install: "Installation",
  nix: "Nix",
  agents: "Agents",
  models: "Runtimes and models",
  terminal: "Terminal",
  elixir: "Elixir",
};

/** From what needs no attention to what needs most. */
export const checkStatuses = ["skip", "ok", "warn", "fail"] as const;
export type CheckStatus = (typeof checkStatuses)[number];

/** One thing that a check found. */
export type DiagnosedFinding = {
  readonly status: CheckStatus;
  /** Absent where nothing is wrong. */
  readonly code?: string;
  readonly found: string;
  readonly why?: string;
  /** A command in backticks, or a key. */
  readonly remedy?: string;
  /** Where the documents say more, from the project's root. */
  readonly link?: string;
  /** A program's own words; lines. */
  readonly detail?: string;
  /** It can be mended without asking. */
  readonly fixable: boolean;
};

export type DiagnosedCheck = {
  readonly id: string;
  readonly group: CheckGroup;
  readonly title: string;
  /** The worst of its findings. */
  readonly status: CheckStatus;
  readonly tookMs: number;
  readonly findings: readonly DiagnosedFinding[];
};

/** Something that was mended, or could not be. */
export type Mended = {
  /** The check. */
  readonly id: string;
  readonly code: string;
  /** What was done: a command, or words. */
  readonly did: string;
  /** Why it could not be done. */
  readonly error?: string;
};
