/** What happens in the picture of the README: the project, the prompts and the models' answers. */
import { join } from "node:path";

export const prompts = {
  plan: "How do we add discount codes to orders?",
  build: "Add discount codes as planned.",
  review: "Review what build has changed.",
} as const;

const order = `import { priceOf } from "./prices.ts";

export type Order = { readonly items: readonly string[] };

/** What an order costs, in cents. */
export function total(order: Order): number {
  return order.items.reduce((sum, item) => sum + priceOf(item), 0);
}
`;

const before = `  return order.items.reduce((sum, item) => sum + priceOf(item), 0);`;
const after = `  const sum = order.items.reduce((all, item) => all + priceOf(item), 0);
  return Math.round(sum * (1 - discount(order.code)));`;

const cpu = process.arch === "arm64" ? "aarch64" : "x86_64";
const system = `${cpu}-${process.platform}`;

/** An offline shell: no nixpkgs, no network, built by the machine's own bash. */
const flake = `{
  outputs = { self }: {
    devShells.${system}.default = derivation {
      name = "shop-shell";
      system = "${system}";
      builder = "/bin/bash";
      args = [ "-c" "echo built > $out" ];
      outputs = [ "out" ];
      PATH = "/usr/local/bin:/usr/bin:/bin";
      SHOP_CURRENCY = "EUR";
    };
  };
}
`;

export const projectFiles: Readonly<Record<string, string>> = {
  "src/order.ts": order,
  "src/prices.ts": `export const priceOf = (item: string): number => item.length * 100;\n`,
  "flake.nix": flake,
};

const plan = `Three steps, each with its test:

1. **\`src/discount.ts\`**: \`discount(code)\` gives a share from 0 to 1; an unknown code is 0.
2. **\`src/order.ts\`**: an order may hold a \`code\`; \`total\` takes the share off and rounds to cents.
3. **Tests**: no code, a known code, an unknown code, rounding.

Nothing else calls \`total\`.`;

/** The scripts of the model server, by prompt, for a project at a path. */
export function scriptsFor(project: string): Readonly<Record<string, string>> {
  const file = join(project, "src/order.ts");
  const call = (name: string, input: object) => `USETOOL:${name}:${JSON.stringify(input)}`;
  const run = (command: string, description: string) => call("bash", { command, description });
  const edit = { filePath: file, oldString: before, newString: after };
  return {
    [prompts.plan]: [
      call("grep", { pattern: "total\\(", path: project }),
      call("read", { filePath: file }),
      `SAY:${plan}`,
    ].join("\n"),
    [prompts.review]: [
      run("git log --oneline -5", "Lists the last commits"),
      call("read", { filePath: file }),
      "HOLD SAY:Nothing to report.",
    ].join("\n"),
    [prompts.build]: [
      call("read", { filePath: file }),
      call("edit", edit),
      run("npm test", "Runs the tests"),
      "SAY:Done.",
    ].join("\n"),
  };
}
