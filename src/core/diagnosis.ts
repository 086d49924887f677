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

/** A visit to the doctor, as far as it is. */
export type Diagnosis = {
  readonly stage: "examining" | "mending" | "done";
  /** The ids of all checks, in the order in which they are told; empty until it is known. */
  readonly order: readonly string[];
  /** The checks that are not done yet. */
  readonly waiting: readonly string[];
  /** Those that are done, in any order. */
  readonly checks: readonly DiagnosedCheck[];
  readonly mended: readonly Mended[];
};

/** How many of them, checks or findings, came out how. */
export function countsOf(
  those: readonly { readonly status: CheckStatus }[],
): Readonly<Record<CheckStatus, number>> {
  const count = (wanted: CheckStatus) => those.filter(({ status }) => status === wanted).length;
  return { fail: count("fail"), warn: count("warn"), ok: count("ok"), skip: count("skip") };
}

/** A finding as a row of a list. */
export type DiagnosisItem = {
  /** Stays the same while other findings come. */
  readonly key: string;
  readonly check: DiagnosedCheck;
  readonly finding: DiagnosedFinding;
};

/** What needs attention, worst first, and then the rest; each in the order in which checks are told. */
export function diagnosisItems({ order, checks }: Diagnosis): readonly DiagnosisItem[] {
  const done = new Map(checks.map((check) => [check.id, check]));
  const items = order.flatMap((id) => itemsOf(done.get(id)));
  const of = (...statuses: readonly CheckStatus[]) =>
    items.filter(({ finding }) => statuses.includes(finding.status));
  return [...of("fail"), ...of("warn"), ...of("ok", "skip")];
}

function itemsOf(check: DiagnosedCheck | undefined): readonly DiagnosisItem[] {
  if (!check) return [];
  const { id, title, findings } = check;
  const found: readonly DiagnosedFinding[] =
    findings.length > 0 ? findings : [{ status: "ok", found: title, fixable: false }];
  return found.map((finding, index) => ({ key: `${id}/${index}`, check, finding }));
}

/** Where a list stands: at the item of that key, or at the first one. */
export function selectedItem(items: readonly DiagnosisItem[], key: string | undefined): number {
  return Math.max(
    0,
    items.findIndex((item) => item.key === key),
  );
}
