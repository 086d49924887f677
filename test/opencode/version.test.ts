import { describe, expect, it } from "vitest";
import { versionProblem } from "../../src/opencode/version.ts";

describe("OpenCode's version", () => {
  it.each(["1.18.0", "1.18.33", "v1.19.2", "1.30.0-beta.1"])("%s is known", (version) => {
    expect(versionProblem(version)).toBeUndefined();
  });

  it.each(["1.17.9", "0.15.0", "2.0.0", "local", ""])("%s is not", (version) => {
    expect(versionProblem(version)).toMatchObject({ code: "opencode/unknown-version" });
  });
});
