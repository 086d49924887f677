import type { Check } from "../check.ts";
import { buildsCheck } from "./builds.ts";
import { databaseCheck } from "./database.ts";
import { packagesCheck } from "./packages.ts";
import { portsCheck } from "./ports.ts";
import { versionsCheck } from "./versions.ts";
import { watchesCheck } from "./watches.ts";

/** Whether Elixir and what a Phoenix project needs are as the project wants them. */
export const elixirChecks: readonly Check[] = [
  versionsCheck,
  packagesCheck,
  buildsCheck,
  portsCheck,
  databaseCheck,
  watchesCheck,
];
