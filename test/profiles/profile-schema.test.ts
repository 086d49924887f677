import { describe, expect, it } from "vitest";
import { profileJsonSchema } from "../../src/profiles/profile-schema.ts";

describe("the JSON schema of a profile", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(profileJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/profile.schema.json");
  });
});
