/**
 * What is used of the packages of this directory's own package.json. They are installed only where
 * the real model runs, and the rest of the project is type-checked without them.
 */
declare module "node-llama-cpp" {
  export type Token = number & { readonly brand: "token" };

  export type Sequence = {
    clearHistory(): Promise<void>;
    evaluate(
      tokens: readonly Token[],
      options: { readonly temperature: number },
    ): AsyncIterable<Token>;
  };

  export type Context = { getSequence(): Sequence; dispose(): Promise<void> };

  export type Model = {
    createContext(options: {
      readonly contextSize: number;
      readonly threads: number;
      readonly sequences: number;
    }): Promise<Context>;
    tokenize(text: string, specialTokens: boolean): Token[];
    detokenize(tokens: readonly Token[], specialTokens?: boolean): string;
    isEogToken(token: Token): boolean;
    dispose(): Promise<void>;
  };

  export type Llama = {
    loadModel(options: { readonly modelPath: string }): Promise<Model>;
    dispose(): Promise<void>;
  };

  export function getLlama(options: {
    readonly gpu: false;
    readonly build: "never";
    readonly maxThreads: number;
    readonly logLevel: "error";
  }): Promise<Llama>;
}

declare module "@huggingface/jinja" {
  export class Template {
    constructor(source: string);
    render(values: Readonly<Record<string, unknown>>): string;
  }
}
