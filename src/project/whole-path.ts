import { isAbsolute, join } from "node:path";

/** A path of a settings file: `~/` is the user's home, a relative one is meant from `base`. */
export function wholePath(
  path: string,
  { base, home }: { readonly base: string; readonly home: string },
): string {
  if (isAbsolute(path)) return path;
  if (path === "~") return home;
  return path.startsWith("~/") ? join(home, path.slice(2)) : join(base, path);
}
