/** What of ai-rules a flake has already, in whichever way it was written. */
import type { FlakeFile, FlakeInput } from "./flake-file.ts";
import { nixNodes } from "./nix-scope.ts";
import type { NixBinding, NixExpression, NixLambda, Span } from "./nix-syntax.ts";

export type PresentParts = { readonly dependencies: boolean; readonly hook: boolean };

/** Looks for uses of our packages and our hook in the outputs of a flake. */
export function presentParts({ text, inputs }: FlakeFile, outputs: NixLambda): PresentParts {
  const isOurs = wordsOf(["ai-rules", ...inputs.filter(isOurInput).map(({ name }) => name)], text);
  const nodes = nixNodes(outputs);
  const bindings = nodes.flatMap(bindingsOf);
  const uses = (name: string) =>
    nodes.some(
      (node) => node.type === "select" && node.path.at(-1)?.name === name && isOurs(node),
    ) || bindings.some((each) => each.type === "inherit" && inherits(each, name) && isOurs(each));
  const asWhole = bindings.some(
    (each) =>
      each.type === "value" && each.path.at(-1)?.name === "inputsFrom" && isOurs(each.value),
  );
  return {
    dependencies: asWhole || uses("defaultDependencies"),
    hook: asWhole || uses("shellHook"),
  };
}

/** An input of ours has our name, or that of our repository in its address. */
function isOurInput({ url }: FlakeInput): boolean {
  return url !== undefined && /(?:^|[/:])ai-rules(?:$|[/?#.])/u.test(url);
}

/** Whether one of these words stands in a piece of Nix. */
function wordsOf(words: readonly string[], text: string): (span: Span) => boolean {
  return ({ start, end }) => {
    const found = text.slice(start, end).match(/[\w'-]+/gu);
    return found !== null && found.some((word) => words.includes(word));
  };
}

function bindingsOf(node: NixExpression): readonly NixBinding[] {
  return node.type === "set" || node.type === "let" ? node.bindings : [];
}

function inherits(binding: Extract<NixBinding, { type: "inherit" }>, name: string): boolean {
  return binding.from !== undefined && binding.names.some((each) => each.name === name);
}
