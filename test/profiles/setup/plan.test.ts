import { describe, expect, it } from "vitest";
import {
  besideName,
  type Found,
  makePlan,
  type Plan,
  type PlanRequest,
} from "../../../src/profiles/setup/plan.ts";

type Texts = Readonly<Record<string, string>>;

const profile: Texts = {
  "flake.nix": "{\n  a = 1;\n\n  b = 2;\n}\n",
  "flake.lock": '{ "version": 7 }\n',
  ".envrc": "use flake\n",
  ".gitignore": "# Shell.\n/.direnv/\n",
  "AGENTS.md": "# For agents\n\nBe kind.\n",
  "ai-rules.json": '{\n  // Why.\n  "runtimes": { "mlx": { "maxTokens": 1 } }\n}\n',
  ".opencode/prompts/plan.md": "You plan.\n\nSlowly.\n",
};

function foundOf(files: Readonly<Record<string, string | Found>>): PlanRequest["disk"] {
  return new Map(
    Object.entries(files).map(([path, found]) => [
      path,
      typeof found === "string" ? { type: "text", text: found } : found,
    ]),
  );
}

function mapOf(texts: Texts): ReadonlyMap<string, string> {
  return new Map(Object.entries(texts));
}

/** Plans, and gives what is said of each file. */
function planned(
  disk: Readonly<Record<string, string | Found>>,
  rest: Partial<PlanRequest> = {},
): Plan & { readonly of: (path: string) => Plan["files"][number] } {
  const plan = makePlan({ files: mapOf(profile), disk: foundOf(disk), ...rest });
  return {
    ...plan,
    of: (path) => {
      const file = plan.files.find((each) => each.path === path);
      if (!file) throw new Error(`${path} is not planned`);
      return file;
    },
  };
}

/** What the disk holds after a plan was carried out. */
function carriedOut(disk: Texts, { files }: Plan): Texts {
  const after = new Map(Object.entries(disk));
  for (const { target, after: text, action } of files) {
    if (action === "remove") after.delete(target);
    else if (text !== undefined) after.set(target, text);
  }
  return Object.fromEntries(after);
}

function actionsOf({ files }: Plan): Texts {
  return Object.fromEntries(files.map(({ path, action }) => [path, action]));
}

describe("the first time", () => {
  it("creates what is not there", () => {
    const plan = planned({});

    expect(new Set(Object.values(actionsOf(plan)))).toEqual(new Set(["create"]));
    expect(carriedOut({}, plan)).toEqual(profile);
  });

  it("leaves what is as the profile has it, whatever ends its lines", () => {
    const windows = {
      ...profile,
      "flake.nix": profile["flake.nix"]?.replaceAll("\n", "\r\n") ?? "",
    };

    expect(new Set(Object.values(actionsOf(planned(windows))))).toEqual(new Set(["unchanged"]));
  });

  it("merges what can be merged, and puts the rest beside", () => {
    const disk: Texts = {
      "AGENTS.md": "# Mine\n",
      ".gitignore": "/deps/\n",
      ".envrc": "dotenv\n",
      "ai-rules.json": '{ "layout": "rows" }\n',
      ".opencode/prompts/plan.md": "My own words.\n",
      "flake.nix": profile["flake.nix"] ?? "",
    };
    const plan = planned(disk);

    expect(actionsOf(plan)).toEqual({
      "flake.nix": "unchanged",
      "flake.lock": "create",
      ".envrc": "merge",
      ".gitignore": "merge",
      "AGENTS.md": "merge",
      "ai-rules.json": "merge",
      ".opencode/prompts/plan.md": "beside",
    });
    const after = carriedOut(disk, plan);
    expect(after["AGENTS.md"]).toMatch(/^# Mine\n\n<!-- ai-rules: begin -->\n# For agents/);
    expect(after[".envrc"]).toBe("dotenv\n\n# ai-rules: begin\nuse flake\n# ai-rules: end\n");
    expect(JSON.parse(after["ai-rules.json"] ?? "")).toEqual({
      layout: "rows",
      runtimes: { mlx: { maxTokens: 1 } },
    });
    expect(after[".opencode/prompts/plan.md"]).toBe("My own words.\n");
    expect(after[".opencode/prompts/plan.md.ai-rules"]).toBe(profile[".opencode/prompts/plan.md"]);
  });

  it("keeps Windows line ends", () => {
    const disk: Texts = {
      "AGENTS.md": "# Mine\r\n",
      ".gitignore": "/deps/\r\n",
      "ai-rules.json": '{\r\n  "layout": "rows"\r\n}\r\n',
    };
    const after = carriedOut(disk, planned(disk));

    for (const path of Object.keys(disk))
      expect(after[path]?.replaceAll("\r\n", ""), path).not.toMatch(/[\r\n]/);
  });

  it("writes nothing into a file whose lines end in two ways", () => {
    expect(planned({ "AGENTS.md": "a\r\nb\n" }).of("AGENTS.md")).toMatchObject({
      action: "beside",
      why: "its lines end in two ways",
    });
  });

  it("fills an empty file", () => {
    const plan = planned({ "flake.nix": "", "ai-rules.json": "\n" });

    expect(plan.of("flake.nix")).toMatchObject({ action: "merge", after: profile["flake.nix"] });
    expect(plan.of("ai-rules.json")).toMatchObject({ action: "merge" });
  });

  it("does not enter the shell twice", () => {
    expect(planned({ ".envrc": "dotenv\nuse flake .#dev\n" }).of(".envrc").action).toBe(
      "unchanged",
    );
  });

  it.each([
    ["a JSON file with a mistake", "ai-rules.json", '{ "a": }', "beside"],
    ["a block without its end", "AGENTS.md", "<!-- ai-rules: begin -->\n", "beside"],
    ["a block that was changed", ".envrc", "# ai-rules: begin\nx\n# ai-rules: end\n", "beside"],
    ["marks of a merge", ".gitignore", "<<<<<<< HEAD\n/a\n=======\n>>>>>>> b\n", "beside"],
    ["marks of a merge in the lock", "flake.lock", "{\n<<<<<<< HEAD\n}\n", "keep"],
    ["another lock", "flake.lock", '{ "version": 6 }\n', "keep"],
  ])("leaves %s alone", (_, path, text, action) => {
    expect(planned({ [path]: text }).of(path)).toMatchObject({ action });
  });

  it("leaves what is no file alone", () => {
    const why = "AGENTS.md is a link to outside of the project";

    expect(planned({ "AGENTS.md": { type: "unusable", why } }).of("AGENTS.md")).toEqual({
      path: "AGENTS.md",
      target: "AGENTS.md",
      action: "keep",
      why,
    });
  });

  it("brings no lock of ours to another flake", () => {
    const plan = planned({ "flake.nix": "{ }\n" });

    expect(actionsOf(plan)).toMatchObject({ "flake.nix": "beside", "flake.lock": "keep" });
  });

  it("leaves a flake of one's own, and its lock, unless it is to be connected", () => {
    const disk = { "flake.nix": "{ }\n", "flake.lock": "{}\n" };
    const kept = planned(disk, { ownFlake: { why: "it is yours" } });
    const connected = planned(disk, { ownFlake: { why: "connected", connected: "{ ai }\n" } });

    expect(kept.files.filter(({ path }) => path.startsWith("flake."))).toEqual([
      { path: "flake.nix", target: "flake.nix", action: "keep", why: "it is yours" },
    ]);
    expect(connected.of("flake.nix")).toMatchObject({ action: "merge", after: "{ ai }\n" });
    expect([...connected.recorded.keys()]).not.toContain("flake.nix");
  });
});

describe("again", () => {
  it("changes nothing, whatever a person did since", () => {
    const disk: Texts = {
      "AGENTS.md": "# Mine\n",
      ".opencode/prompts/plan.md": "My own words.\n",
      "ai-rules.json": "{}\n",
    };
    const first = planned(disk);
    const after = carriedOut(disk, first);
    const edited: Texts = {
      ...after,
      "flake.nix": "{ }\n",
      "ai-rules.json": '{ "layout": "rows" }',
    };
    const { ".envrc": _, ...withoutOne } = edited;

    for (const now of [after, edited, withoutOne]) {
      const second = planned(now, { recorded: first.recorded });
      expect(carriedOut(now, second)).toEqual(now);
      expect(second.recorded).toEqual(first.recorded);
    }
  });

  it("sets a shell that was asked for", () => {
    const first = planned({});
    const now = { ...profile, "ai-rules.json": '{ "shell": "elixir_1_19" }\n' };
    const second = planned(now, { recorded: first.recorded, shell: "elixir_1_18" });

    expect(second.of("ai-rules.json").after).toBe('{ "shell": "elixir_1_18" }\n');
  });
});

describe("an update", () => {
  const newer: Texts = {
    ...profile,
    "flake.nix": "{\n  a = 1;\n\n  b = 3;\n}\n",
    "flake.lock": '{ "version": 8 }\n',
    ".envrc": "use flake\nwatch_file x\n",
    ".gitignore": "# Shell.\n/.direnv/\n/result\n",
    "AGENTS.md": "# For agents\n\nBe very kind.\n",
    "ai-rules.json": '{\n  "runtimes": { "mlx": { "maxTokens": 2 } }\n}\n',
    ".opencode/prompts/plan.md": "You plan.\n\nFast.\n",
    ".opencode/skills/new/SKILL.md": "New.\n",
  };
  const first = planned({});
  const update = (disk: Readonly<Record<string, string | Found>>, recorded = first.recorded) =>
    planned(disk, { files: mapOf(newer), recorded });

  it("brings what nobody touched to the newer profile", () => {
    expect(carriedOut(profile, update(profile))).toEqual(newer);
  });

  it("keeps the line ends that a file has now", () => {
    const disk = { ...profile, "AGENTS.md": profile["AGENTS.md"]?.replaceAll("\n", "\r\n") ?? "" };

    expect(update(disk).of("AGENTS.md")).toMatchObject({
      action: "update",
      after: newer["AGENTS.md"]?.replaceAll("\n", "\r\n"),
    });
  });

  it("joins what a person and the profile changed in different places", () => {
    const disk = { ...profile, "flake.nix": "{\n  a = 7;\n\n  b = 2;\n}\n" };

    expect(update(disk).of("flake.nix")).toMatchObject({
      action: "merge",
      after: "{\n  a = 7;\n\n  b = 3;\n}\n",
    });
  });

  it("leaves a file that both changed in one place, and puts the newer one beside", () => {
    const disk = { ...profile, "flake.nix": "{\n  a = 1;\n\n  b = 7;\n}\n" };
    const plan = update(disk);

    expect(plan.of("flake.nix")).toEqual({
      path: "flake.nix",
      target: besideName("flake.nix"),
      action: "beside",
      after: newer["flake.nix"],
      why: "you and the profile changed the same place",
    });
    expect(plan.of("flake.lock")).toMatchObject({ action: "keep" });
  });

  it("goes on from a conflict that was settled by hand", () => {
    const disk = { ...profile, "flake.nix": "{\n  a = 1;\n\n  b = 7;\n}\n" };
    const { recorded } = update(disk);
    const settled = { ...disk, "flake.nix": "{\n  a = 1;\n\n  b = 37;\n}\n" };
    const newest = { ...newer, "flake.nix": "{\n  a = 2;\n\n  b = 3;\n}\n" };
    const plan = planned(settled, { files: mapOf(newest), recorded });

    expect(plan.of("flake.nix").after).toBe("{\n  a = 2;\n\n  b = 37;\n}\n");
  });

  it("does not bring back what was removed", () => {
    const { ".envrc": _, ...disk } = profile;

    expect(update(disk).of(".envrc")).toMatchObject({
      action: "keep",
      why: "it was removed since",
    });
    expect(update(disk, update(disk).recorded).of(".envrc").action).toBe("keep");
  });

  it("changes only our block of a file that is a person's", () => {
    const disk = { "AGENTS.md": "# Mine\n" };
    const begun = planned(disk);
    const after = { ...carriedOut(disk, begun) };
    const mine = `${after["AGENTS.md"]}\nMore of mine.\n`;

    expect(update({ ...after, "AGENTS.md": mine }, begun.recorded).of("AGENTS.md").after).toBe(
      mine.replace("Be kind", "Be very kind"),
    );
  });

  it("lets a person's value of a setting stand, and says so", () => {
    const disk = {
      ...profile,
      "ai-rules.json": '{\n  "runtimes": { "mlx": { "maxTokens": 9 } }\n}\n',
    };

    expect(update(disk).of("ai-rules.json")).toMatchObject({
      action: "unchanged",
      why: "your runtimes.mlx.maxTokens stays",
    });
  });

  it("never merges into a file that was a person's from the beginning", () => {
    const disk = { ".opencode/prompts/plan.md": "My own words.\n" };
    const begun = planned(disk);
    const now = carriedOut(disk, begun);

    expect(update(now, begun.recorded).of(".opencode/prompts/plan.md")).toMatchObject({
      action: "beside",
      target: ".opencode/prompts/plan.md.ai-rules",
      before: profile[".opencode/prompts/plan.md"],
      after: newer[".opencode/prompts/plan.md"],
    });
  });

  it("takes away what the profile has no more, unless it was changed", () => {
    const { ".opencode/prompts/plan.md": _, ...less } = newer;
    const files = mapOf(less);
    const path = ".opencode/prompts/plan.md";
    const edited = { ...profile, [path]: "Mine now.\n" };

    expect(planned(profile, { files, recorded: first.recorded }).of(path).action).toBe("remove");
    expect(planned(edited, { files, recorded: first.recorded }).of(path).action).toBe("keep");
  });

  it("leaves a lock that was changed since", () => {
    expect(
      update({ ...profile, "flake.lock": '{ "version": 9 }\n' }).of("flake.lock"),
    ).toMatchObject({
      action: "keep",
      why: expect.stringContaining("nix flake update"),
    });
  });

  it("does nothing when it is done once more", () => {
    const disk: Texts = {
      ...profile,
      "flake.nix": "{\n  a = 7;\n\n  b = 2;\n}\n",
      "AGENTS.md": "# X\n",
    };
    const once = update(disk);
    const after = carriedOut(disk, once);
    const twice = update(after, once.recorded);

    expect(carriedOut(after, twice)).toEqual(after);
    expect(twice.recorded).toEqual(once.recorded);
  });
});
