import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { actionNames } from "../../src/core/action.ts";
import { settingsJsonSchema } from "../../src/project/settings-schema.ts";
import { temporaryDirectory } from "../fakes/temporary-directory.ts";

const source = join(import.meta.dirname, "..", "..", "src");

describe("the JSON schema of the settings", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(settingsJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/ai-rules.schema.json");
  });

  it("knows every action by name and says what it does", () => {
    const text = JSON.stringify(settingsJsonSchema());

    for (const name of actionNames) expect(text).toContain(`"${name}":{"description"`);
  });
});

describe("a start without settings", () => {
  it("loads neither zod nor the JSON parser", async () => {
    const directory = await temporaryDirectory();
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({
        load(url, context, next) {
          loaded.push(url);
          return next(url, context);
        },
      });
      const { createPorts } = await import(${JSON.stringify(join(source, "platform/real-ports.ts"))});
      const { loadSettings } = await import(${JSON.stringify(join(source, "project/settings.ts"))});
      const ports = createPorts();
      await loadSettings({ ...ports, env: {}, host: { ...ports.host, home: process.argv[1] } }, process.argv[1]);
      console.log(loaded.join("\\n"));`;
    const args = ["--input-type=module-typescript", "--eval", script, directory];

    const { stdout } = await promisify(execFile)(process.execPath, args);

    expect(stdout).toContain("project/settings.ts");
    expect(stdout).not.toMatch(/node_modules\/(zod|jsonc-parser|execa|node-pty)/);
  });
});
