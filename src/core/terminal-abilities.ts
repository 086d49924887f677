/** What a terminal can show, as the user's environment says it. */

/** How many colours it has. */
export type ColorDepth = "truecolor" | "256" | "16" | "none";

/** How many colours it has, from the variables for it (no-color.org, chalk's FORCE_COLOR). */
export function colorDepthOf(env: Readonly<Record<string, string>>): ColorDepth {
  const { NO_COLOR, FORCE_COLOR, COLORTERM, TERM = "" } = env;
  if (FORCE_COLOR !== undefined) return forcedDepth(FORCE_COLOR);
  if (NO_COLOR !== undefined && NO_COLOR !== "") return "none";
  if (COLORTERM === "truecolor" || COLORTERM === "24bit") return "truecolor";
  if (TERM === "dumb") return "none";
  if (/-direct|kitty|ghostty|alacritty|wezterm|foot/.test(TERM)) return "truecolor";
  return /256/.test(TERM) ? "256" : "16";
}

function forcedDepth(value: string): ColorDepth {
  if (value === "0" || value === "false") return "none";
  if (value === "3") return "truecolor";
  return value === "2" ? "256" : "16";
}

/** Whether box-drawing and other non-ASCII characters can be shown (POSIX locale variables). */
export function hasUnicode(env: Readonly<Record<string, string>>): boolean {
  if (env["TERM"] === "dumb" || env["TERM"] === "linux") return false;
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return /utf-?8/i.test(locale) || locale === "";
}
