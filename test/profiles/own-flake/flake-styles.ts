/**
 * Flakes as people write them: `NAME.nix`, and beside it `NAME.change`, which says what becomes of it
 * when ai-rules is made an input: the lines that go and come, or why it must be done by hand.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type FlakeStyle = {
  readonly name: string;
  readonly text: string;
  readonly change: readonly string[];
};

const directory = join(import.meta.dirname, "../../fixtures/own-flakes");

/** All of them. */
export const flakeStyles: readonly FlakeStyle[] = readdirSync(directory)
  .filter((file) => file.endsWith(".nix"))
  .map((file) => {
    const name = file.slice(0, -".nix".length);
    const text = readFileSync(join(directory, file), "utf8");
    const change = readFileSync(join(directory, `${name}.change`), "utf8").trimEnd();
    return { name, text, change: change.split("\n") };
  });

/** Those that can be changed without a doubt. */
export const changedStyles = flakeStyles.filter(({ change }) => !isByHand(change));

/** Those that leave one. */
export const doubtfulStyles = flakeStyles.filter(({ change }) => isByHand(change));

function isByHand([first]: readonly string[]): boolean {
  return first?.startsWith("by hand: ") === true;
}

/** One of them. */
export function styleNamed(name: string): FlakeStyle {
  const style = flakeStyles.find((each) => each.name === name);
  if (style === undefined) throw new Error(`no flake is named ${name}`);
  return style;
}
