import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/cli/config-report-schema.ts";

describe("the JSON schema of the report on the settings", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/config.schema.json");
  });
});
