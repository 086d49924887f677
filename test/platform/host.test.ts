import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { describeHost } from "../../src/platform/host.ts";

const module = join(import.meta.dirname, "..", "..", "src", "platform", "host.ts");

async function homeWith(env: Readonly<Record<string, string>>): Promise<string> {
  const script = `
    import { describeHost } from ${JSON.stringify(module)};
    process.stdout.write(describeHost().home);`;
  const args = ["--input-type=module-typescript", "--eval", script];
  return (await promisify(execFile)(process.execPath, args, { env })).stdout;
}

describe("the host", () => {
  it("knows the installation this program runs from", () => {
    expect(existsSync(join(describeHost().installation, "package.json"))).toBe(true);
  });

  it("takes the home directory from HOME", async () => {
    expect(await homeWith({ HOME: "/somewhere" })).toBe("/somewhere");
  });

  it.each([{}, { HOME: "" }, { HOME: "relative" }])(
    "has an absolute home directory with %j too",
    async (env) => {
      expect(isAbsolute(await homeWith(env))).toBe(true);
    },
  );
});
