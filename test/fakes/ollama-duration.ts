/**
 * A keep_alive of the API in ms: a number is seconds, a text a Go duration. Undefined where there is
 * none; throws Ollama's own words for one it cannot read.
 */
export function keepAliveMs(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "number") return value < 0 ? -1 : value * 1000;
  if (typeof value !== "string") throw new Error("keep_alive has an unknown type");
  const ms = goDuration(value);
  return ms < 0 ? -1 : ms;
}

const unitMs: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Go's time.ParseDuration, for what people write. */
function goDuration(text: string): number {
  const [, sign, parts = ""] = /^([+-]?)(.+)$/.exec(text) ?? [];
  if (parts === "0") return 0;
  if (/^\d+(\.\d+)?$/.test(parts)) throw new Error(`time: missing unit in duration "${text}"`);
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(parts)) {
    throw new Error(`time: invalid duration "${text}"`);
  }
  const found = [...parts.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)];
  const ms = found.reduce(
    (all, [, count, unit]) => all + Number(count) * (unitMs[unit ?? ""] ?? 0),
    0,
  );
  return sign === "-" ? -ms : ms;
}
