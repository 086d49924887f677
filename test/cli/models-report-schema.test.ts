import { describe, expect, it } from "vitest";
import { modelsJsonSchema } from "../../src/cli/models-report-schema.ts";

describe("the JSON schema of the report on models", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(modelsJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/models.schema.json");
  });
});
