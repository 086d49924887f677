import { describe, expect, it } from "vitest";
import { doctorJsonSchema } from "../../src/cli/doctor-report-schema.ts";

describe("the JSON schema of the doctor's report", () => {
  it("is shipped as it follows from the code; `npm run schema` writes it anew", async () => {
    const text = `${JSON.stringify(doctorJsonSchema(), null, 2)}\n`;

    await expect(text).toMatchFileSnapshot("../../profiles/doctor.schema.json");
  });
});
