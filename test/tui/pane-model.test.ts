import { describe, expect, it } from "vitest";
import { paneModel } from "../../src/tui/pane-model.ts";
import { sampleLmStudio, sampleModels } from "../fakes/sample-models.ts";

/** Review uses a model of LM Studio. */
const models = sampleModels();
const token = { LM_API_TOKEN: "secret" };

describe("the model that an agent is told of", () => {
  it("names the usual variable of the runtime's token when that is set", () => {
    expect(paneModel(models, "review", token)?.tokenVariable).toBe("LM_API_TOKEN");
    expect(paneModel(models, "review", {})).not.toHaveProperty("tokenVariable");
    expect(paneModel(models, "plan", token)).not.toHaveProperty("tokenVariable");
  });

  it("names the variable of the settings before that", () => {
    const { id } = sampleLmStudio.address;
    const runtimes = models.runtimes.map((runtime) =>
      runtime.address.id === id
        ? { ...runtime, address: { ...runtime.address, tokenVariable: "MINE" } }
        : runtime,
    );

    expect(paneModel({ ...models, runtimes }, "review", token)?.tokenVariable).toBe("MINE");
  });
});
