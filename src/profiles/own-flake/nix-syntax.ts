/** A Nix expression as a tree over its text: what stands where, and nothing of what it means. */

export type Span = { readonly start: number; readonly end: number };

export type NixExpression =
  | NixName
  | NixString
  | NixList
  | NixSet
  | NixSelect
  | NixApply
  | NixOperation
  | NixLambda
  | NixLet
  | NixWith
  | NixAssert
  | NixIf
  | NixParens
  | NixLiteral;

export type NixName = Span & { readonly type: "name"; readonly name: string };

/** A number, a path or an address. */
export type NixLiteral = Span & {
  readonly type: "literal";
  readonly text: string;
  readonly interpolated: readonly NixExpression[];
};

export type NixString = Span & {
  readonly type: "string";
  readonly indented: boolean;
  /** Its text as it is written, escapes and all, when nothing is interpolated. */
  readonly plain?: string;
  readonly interpolated: readonly NixExpression[];
};

export type NixList = Span & { readonly type: "list"; readonly items: readonly NixExpression[] };

export type NixSet = Span & {
  readonly type: "set";
  readonly recursive: boolean;
  /** Where its `{` stands. */
  readonly open: number;
  readonly bindings: readonly NixBinding[];
};

export type NixBinding = NixValueBinding | NixInherit;

/** `a.b = value;`, with the semicolon. */
export type NixValueBinding = Span & {
  readonly type: "value";
  readonly path: readonly NixAttribute[];
  readonly value: NixExpression;
};

/** `inherit (from) a b;`, with the semicolon. */
export type NixInherit = Span & {
  readonly type: "inherit";
  readonly from?: NixExpression;
  readonly names: readonly NixAttribute[];
  /** Without `from`: the same as names of what is around. */
  readonly values: readonly NixName[];
};

/** A name of a path: `a`, `"a"`, or one that is computed. */
export type NixAttribute = Span & {
  readonly name?: string;
  readonly computed?: NixExpression;
};

export type NixSelect = Span & {
  readonly type: "select";
  readonly from: NixExpression;
  readonly path: readonly NixAttribute[];
  /** `or fallback` */
  readonly fallback?: NixExpression;
};

export type NixApply = Span & {
  readonly type: "apply";
  readonly function: NixExpression;
  readonly argument: NixExpression;
};

export type NixOperation = Span & {
  readonly type: "operation";
  readonly operator: string;
  /** Where the operator stands. */
  readonly at: number;
  readonly operands: readonly NixExpression[];
};

export type NixLambda = Span & {
  readonly type: "lambda";
  /** `name:`, `name@{ }:` or `{ }@name:`. */
  readonly name?: NixName;
  readonly formals?: NixFormals;
  readonly body: NixExpression;
};

/** `{ a, b ? 1, ... }` from brace to brace. */
export type NixFormals = Span & {
  readonly names: readonly NixFormal[];
  /** Where `...` stands. */
  readonly ellipsis?: Span;
};

export type NixFormal = Span & { readonly name: string; readonly fallback?: NixExpression };

export type NixLet = Span & {
  readonly type: "let";
  readonly bindings: readonly NixBinding[];
  readonly body: NixExpression;
};

export type NixWith = Span & {
  readonly type: "with";
  readonly scope: NixExpression;
  readonly body: NixExpression;
};

export type NixAssert = Span & {
  readonly type: "assert";
  readonly condition: NixExpression;
  readonly body: NixExpression;
};

export type NixIf = Span & {
  readonly type: "if";
  readonly condition: NixExpression;
  readonly whenTrue: NixExpression;
  readonly whenFalse: NixExpression;
};

export type NixParens = Span & { readonly type: "parens"; readonly inner: NixExpression };

/** The expressions directly within one. */
export function nixChildren(node: NixExpression): readonly NixExpression[] {
  switch (node.type) {
    case "name":
      return [];
    case "literal":
    case "string":
      return node.interpolated;
    case "list":
      return node.items;
    case "set":
      return node.bindings.flatMap(bindingChildren);
    case "select":
      return [node.from, ...node.path.flatMap(computed), ...optional(node.fallback)];
    case "apply":
      return [node.function, node.argument];
    case "operation":
      return node.operands;
    case "lambda":
      return [
        ...(node.formals?.names ?? []).flatMap(({ fallback }) => optional(fallback)),
        node.body,
      ];
    case "let":
      return [...node.bindings.flatMap(bindingChildren), node.body];
    case "with":
      return [node.scope, node.body];
    case "assert":
      return [node.condition, node.body];
    case "if":
      return [node.condition, node.whenTrue, node.whenFalse];
    case "parens":
      return [node.inner];
    default:
      return node satisfies never;
  }
}

function bindingChildren(binding: NixBinding): readonly NixExpression[] {
  return binding.type === "value"
    ? [...binding.path.flatMap(computed), binding.value]
    : [...optional(binding.from), ...binding.names.flatMap(computed), ...binding.values];
}

function computed(attribute: NixAttribute): readonly NixExpression[] {
  return optional(attribute.computed);
}

function optional(node: NixExpression | undefined): readonly NixExpression[] {
  return node === undefined ? [] : [node];
}

/** An expression without the parentheses around it. */
export function withoutParens(node: NixExpression): NixExpression {
  return node.type === "parens" ? withoutParens(node.inner) : node;
}
