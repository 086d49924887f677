/** The Nix versions that the flakes of this project are tested with. */
import { realNix, skipNix } from "./nix-machine.ts";

export type NixProgram = {
  readonly title: string;
  /** Undefined where it is missing. */
  readonly file: string | undefined;
  /** A machine without it skips its tests; a CI without it fails. */
  readonly skip: boolean;
};

/** `test/newer-nix/install` makes it. */
const newerNix = process.env["AI_RULES_NEWER_NIX"];

export const nixPrograms: readonly NixProgram[] = [
  { title: "this machine's Nix", file: realNix, skip: skipNix },
  {
    title: "a newer Nix",
    file: newerNix,
    skip: newerNix === undefined && !process.env["CI"],
  },
];
