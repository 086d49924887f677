import { describe, expect, it } from "vitest";
import { envJsonSchema } from "../../src/cli/env-report-schema.ts";

describe("the JSON schema of the report on the environment", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(envJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/env.schema.json");
  });
});
