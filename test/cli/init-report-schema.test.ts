import { describe, expect, it } from "vitest";
import { initJsonSchema } from "../../src/cli/init-report-schema.ts";

describe("the JSON schema of what init reports", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(initJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/init.schema.json");
  });
});
