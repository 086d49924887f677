/** Options of `nix` that more than one of its commands gets. */

/** Switches flakes on beside what the user has configured; theirs is never replaced. */
export const withFlakes = ["--extra-experimental-features", "nix-command flakes"] as const;

/** Without a network Nix tries again for 5 s; one attempt is enough to know. */
export const impatient = [
  "--option",
  "connect-timeout",
  "2",
  "--option",
  "download-attempts",
  "1",
] as const;
