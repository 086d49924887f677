/** Which of the places that say a setting counts: the project's file, a variable, the user's file. */
import type { SettingSource } from "./runtime.ts";
import type { Told } from "./runtime-tuning.ts";

export type Sourced<T> = { readonly value: T; readonly source: SettingSource };

/** The stronger of what the settings and a variable of the development shell say. */
export function stronger<T>(
  told: Told<T> | undefined,
  variable: { readonly value: T; readonly variable: string } | undefined,
): Sourced<T> | undefined {
  if (told && (told.from === "project" || !variable))
    return { value: told.value, source: { from: told.from } };
  return (
    variable && { value: variable.value, source: { from: "variable", name: variable.variable } }
  );
}
