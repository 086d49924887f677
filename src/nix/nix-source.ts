/**
 * Nix source, split where it matters for finding paths: a path in a string or a comment is none.
 * Strings are "..." and ''...''; ${ } inside them is code again (Nix manual, string literals).
 */

export type NixSource = {
  /** The text without comments and without what stands in strings. */
  readonly code: string;
  /** The "..." strings without interpolation. */
  readonly strings: readonly string[];
};

type Frame =
  | { readonly in: "code"; braces: number }
  | { readonly in: "quoted"; text: string | undefined }
  | { readonly in: "indented" };

const tokens = {
  code: /\/\*[^]*?\*\/|#[^\n]*|''|["{}]|[^"'{}#/]+|[^]/uy,
  quoted: /\\[^]|\$\$|\$\{|"|[^"\\$]+|[^]/uy,
  indented: /'''|''\$|''\\[^]|\$\$|\$\{|''|[^'$]+|[^]/uy,
} as const;

/** Splits the text of a Nix file. */
export function splitNixSource(text: string): NixSource {
  const stack: Frame[] = [{ in: "code", braces: 0 }];
  const strings: string[] = [];
  let code = "";
  let at = 0;
  for (let frame = stack.at(-1); frame && at < text.length; frame = stack.at(-1)) {
    const pattern = tokens[frame.in];
    pattern.lastIndex = at;
    const token = pattern.exec(text)?.[0] ?? text.slice(at, at + 1);
    at += token.length;
    if (frame.in === "code") code += readCode(stack, frame, token);
    else readString(stack, { frame, token, strings });
  }
  return { code, strings };
}

/** Returns what of a token is code. */
function readCode(stack: Frame[], frame: Extract<Frame, { in: "code" }>, token: string): string {
  if (token.startsWith("/*") || token.startsWith("#")) return " ";
  if (token === '"') stack.push({ in: "quoted", text: "" });
  if (token === "''") stack.push({ in: "indented" });
  if (token === "{") frame.braces++;
  if (token === "}" && frame.braces-- === 0 && stack.length > 1) stack.pop();
  return token;
}

type InString = {
  readonly frame: Exclude<Frame, { in: "code" }>;
  readonly token: string;
  readonly strings: string[];
};

function readString(stack: Frame[], { frame, token, strings }: InString): void {
  if (token === "${") {
    if (frame.in === "quoted") frame.text = undefined;
    stack.push({ in: "code", braces: 0 });
  } else if (frame.in === "indented") {
    if (token === "''") stack.pop();
  } else if (token === '"') {
    if (frame.text !== undefined) strings.push(frame.text);
    stack.pop();
  } else if (frame.text !== undefined) frame.text += token;
}
